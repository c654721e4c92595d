"""The template's promises, read from its CloudFormation form."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployer.observability import COUNTED
from local import stack
from operate.parameters import LEFT_ALONE
from tests.support.sam_template import TEMPLATE, Resources, of_type, role_statements, transformed

ROOT = TEMPLATE.parent
NO_RESOURCE_LEVEL = ("xray:", "logs:")


@pytest.mark.scan
def test_cfn_lint_finds_nothing_in_the_transformed_template(template_file: Path) -> None:
    cfn_lint = str(Path(sys.executable).with_name("cfn-lint"))
    command = [cfn_lint, "--regions=us-east-1", "--", str(template_file)]
    linted = subprocess.run(command, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_no_role_has_a_wildcard_but_where_aws_has_no_resource_level(resources: Resources) -> None:
    for name, statement in role_statements(resources):
        actions = statement["Action"]
        actions = [actions] if isinstance(actions, str) else actions
        assert not [action for action in actions if "*" in action], name
        if statement["Resource"] == "*":
            assert all(action.startswith(NO_RESOURCE_LEVEL) for action in actions), name


def test_every_function_has_a_role_of_its_own(resources: Resources) -> None:
    roles = [
        json.dumps(properties["Role"])
        for _, properties in of_type(resources, "AWS::Lambda::Function")
    ]
    assert len(set(roles)) == len(roles)


def test_every_function_runs_python_3_13_on_arm64_and_is_traced(resources: Resources) -> None:
    for name, properties in of_type(resources, "AWS::Lambda::Function"):
        assert properties["Runtime"] == "python3.13", name
        # The packaged Chromium is for one processor alone.
        assert properties["Architectures"] == ["x86_64" if "Browser" in name else "arm64"], name
        assert properties["TracingConfig"] == {"Mode": "Active"}, name


def test_no_function_has_a_secret_in_its_environment(resources: Resources) -> None:
    for name, properties in of_type(resources, "AWS::Lambda::Function"):
        names = properties["Environment"]["Variables"]
        assert not [n for n in names if n.endswith(("TOKEN", "KEY", "STUDENT_SECRET"))], name


def test_a_message_is_invisible_for_six_times_as_long_as_the_worker_may_run(
    resources: Resources,
) -> None:
    assert resources["WorkerFunction"]["Properties"]["Timeout"] == {"Ref": "WorkerTimeout"}
    queue = resources["Queue"]["Properties"]
    longest = transformed()["Parameters"]["WorkerTimeout"]["MaxValue"]
    assert queue["VisibilityTimeout"] >= 6 * longest
    worker = resources["WorkerFunction"]["Properties"]["Environment"]["Variables"]
    assert int(worker["MAX_RECEIVE_COUNT"]) == 5
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 8
    dead = resources["DeadLetterQueue"]["Properties"]
    assert dead["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]


def test_one_bad_message_does_not_return_its_batch(resources: Resources) -> None:
    ((_, mapping),) = of_type(resources, "AWS::Lambda::EventSourceMapping")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"]["MaximumConcurrency"]


def test_everything_that_is_kept_is_encrypted_and_private(resources: Resources) -> None:
    table = resources["Table"]["Properties"]
    assert table["SSESpecification"]["SSEEnabled"]
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    bucket = resources["Bucket"]["Properties"]
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert bucket["BucketEncryption"]
    assert all(
        properties["SqsManagedSseEnabled"]
        for _, properties in of_type(resources, "AWS::SQS::Queue")
    )


@pytest.mark.parametrize(
    ("kind", "policy"),
    [
        ("AWS::S3::BucketPolicy", "PolicyDocument"),
        ("AWS::SQS::QueuePolicy", "PolicyDocument"),
        ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy"),
    ],
)
def test_a_policy_refuses_plain_http(resources: Resources, kind: str, policy: str) -> None:
    for name, properties in of_type(resources, kind):
        assert resources[name]["Condition"] == "RefusesPlainHttp"
        check_refuses_plain_http(properties[policy])


def check_refuses_plain_http(document: dict[str, Any]) -> None:
    (statement,) = document["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Action"].endswith(":*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_table_refuses_plain_http_and_cannot_be_deleted_by_mistake(
    resources: Resources,
) -> None:
    table = resources["Table"]["Properties"]
    condition, policy, _ = table["ResourcePolicy"]["Fn::If"]
    assert condition == "RefusesPlainHttp"
    check_refuses_plain_http(policy["PolicyDocument"])
    assert table["DeletionProtectionEnabled"]


def test_every_queue_has_a_policy_of_its_own(resources: Resources) -> None:
    covered = [
        (policy["Queues"], policy["PolicyDocument"]["Statement"][0]["Resource"])
        for _, policy in of_type(resources, "AWS::SQS::QueuePolicy")
    ]
    for name, _ in of_type(resources, "AWS::SQS::Queue"):
        assert ([{"Ref": name}], {"Fn::GetAtt": [name, "Arn"]}) in covered, name


def test_records_and_files_outlive_the_stack(resources: Resources) -> None:
    for name in ("Table", "Bucket"):
        assert resources[name]["DeletionPolicy"] == "Retain"
        assert resources[name]["UpdateReplacePolicy"] == "Retain"


def test_the_api_takes_no_tls_below_1_2(resources: Resources) -> None:
    ((_, api),) = of_type(resources, "AWS::ApiGateway::RestApi")
    assert api["SecurityPolicy"].startswith("SecurityPolicy_TLS13_1_2_PFS")
    assert api["EndpointAccessMode"] == "STRICT"


def test_the_api_is_logged_and_throttled(resources: Resources) -> None:
    ((_, stage),) = of_type(resources, "AWS::ApiGateway::Stage")
    assert stage["AccessLogSetting"]["DestinationArn"]
    assert "$context.identity.sourceIp" in stage["AccessLogSetting"]["Format"]
    assert all(one["ThrottlingRateLimit"] for one in stage["MethodSettings"])
    assert not any(one.get("DataTraceEnabled") for one in stage["MethodSettings"])


def test_in_a_fresh_account_the_stage_waits_for_the_accounts_role_and_that_for_the_api(
    resources: Resources,
) -> None:
    ((_, stage),) = of_type(resources, "AWS::ApiGateway::Stage")
    waits = stage["Variables"]["ApiLogs"]
    assert waits == {"Fn::If": ["CreatesApiLogsRole", {"Ref": "ApiLogsSetting"}, "kept"]}
    setting = resources["ApiLogsSetting"]
    assert setting["Type"] == "AWS::ApiGateway::Account"
    assert resources[setting["DependsOn"]]["Type"] == "AWS::ApiGateway::RestApi"


def test_the_history_of_an_execution_is_not_copied_into_the_logs(resources: Resources) -> None:
    ((_, machine),) = of_type(resources, "AWS::StepFunctions::StateMachine")
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_every_log_group_forgets(resources: Resources) -> None:
    for name, properties in of_type(resources, "AWS::Logs::LogGroup"):
        assert properties["RetentionInDays"], name


def test_what_somebody_should_look_at_raises_an_alarm_and_tells_when_it_is_over(
    resources: Resources,
) -> None:
    alarms = dict(of_type(resources, "AWS::CloudWatch::Alarm"))
    assert {(alarm["Namespace"], alarm["MetricName"]) for alarm in alarms.values()} == {
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        ("AWS/SQS", "ApproximateAgeOfOldestMessage"),
        ("AWS/States", "ExecutionsFailed"),
        ("AWS/Lambda", "Errors"),
        ("AWS/Lambda", "Throttles"),
        ("AWS/ApiGateway", "5XXError"),
        ("LLMCodeDeployer", "Failed"),
        ("LLMCodeDeployer", "BrowserUnavailable"),
    }
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == alarm["OKActions"], name


def test_every_alarm_has_a_runbook_and_every_runbook_an_alarm(resources: Resources) -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    headings = re.findall(r"^### (\w+Alarm)$", text, re.MULTILINE)
    assert sorted(headings) == sorted(
        name for name, _ in of_type(resources, "AWS::CloudWatch::Alarm")
    )


@pytest.mark.parametrize(
    ("name", "fact"),
    [("FailedDeploymentAlarm", "failed"), ("BrowserUnavailableAlarm", "browser_unavailable")],
)
def test_an_alarm_on_a_metric_of_ours_watches_what_the_worker_counts(
    resources: Resources, name: str, fact: str
) -> None:
    names = resources["WorkerFunction"]["Properties"]["Environment"]["Variables"]
    alarm = resources[name]["Properties"]
    assert alarm["Namespace"] == names["POWERTOOLS_METRICS_NAMESPACE"]
    assert alarm["MetricName"] == COUNTED[fact]
    # Of this stack only: another in the same account counts under its own name.
    assert names["POWERTOOLS_SERVICE_NAME"] == {"Ref": "AWS::StackName"}
    assert alarm["Dimensions"] == [{"Name": "service", "Value": {"Ref": "AWS::StackName"}}]


def test_production_is_deployed_without_what_only_the_local_cloud_needs() -> None:
    text = (ROOT / "samconfig.toml").read_text()
    parameters = transformed()["Parameters"]
    for name, value in {"TlsOnly": "true", "EvaluationNetwork": "public"}.items():
        assert name not in text
        assert name in LEFT_ALONE
        assert parameters[name]["Default"] == value
        assert stack.FOR_THE_EMULATOR[name] != value


def test_every_folder_of_functions_is_in_the_template() -> None:
    template = (ROOT / "template.yaml").read_text()
    for folder in (ROOT / "functions").iterdir():
        assert f"CodeUri: functions/{folder.name}/" in template


def test_the_yaml_holds_no_tab_or_duplicate_key() -> None:
    class Strict(yaml.SafeLoader):
        pass

    def mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[str, Any]:
        keys = [
            loader.construct_object(key)
            for key, _ in node.value
            if key.tag != "tag:yaml.org,2002:merge"
        ]
        assert len(set(map(str, keys))) == len(keys), keys
        return dict.fromkeys(map(str, keys))

    Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    Strict.add_multi_constructor("!", lambda *_: None)
    yaml.load((ROOT / "template.yaml").read_text(), Strict)  # noqa: S506 - a SafeLoader
