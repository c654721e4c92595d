"""What the template promises, read from its CloudFormation form."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from local import deployment, env_file

ROOT = Path(__file__).parents[2]
Resources = dict[str, dict[str, Any]]
NO_RESOURCE_LEVEL = ("xray:", "logs:")


class _NoManagedPolicies:
    """The template uses none of SAM's policy templates, so their names need not be looked up."""

    def load(self) -> dict[str, str]:
        return {}


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    parsed = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in parsed["Resources"].values():
        properties = resource["Properties"]
        # `sam package` puts these addresses in; the transform wants them to be there.
        if resource["Type"] == "AWS::Serverless::Function":
            properties["CodeUri"] = "s3://bucket/function.zip"
        elif resource["Type"] == "AWS::Serverless::LayerVersion":
            properties["ContentUri"] = "s3://bucket/layer.zip"
        elif resource["Type"] == "AWS::Serverless::StateMachine":
            properties["DefinitionUri"] = "s3://bucket/definition.json"
    values = {"AWS::Region": "us-east-1", "AWS::Partition": "aws"}
    transformed: dict[str, Any] = transform(parsed, values, _NoManagedPolicies())
    return transformed


@pytest.fixture(scope="module")
def resources(template: dict[str, Any]) -> Resources:
    found: Resources = template["Resources"]
    return found


def of_type(resources: Resources, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    found = [(n, r["Properties"]) for n, r in resources.items() if r["Type"] == kind]
    assert found, kind
    yield from found


def statements(resources: Resources) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, role in of_type(resources, "AWS::IAM::Role"):
        for policy in role.get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name, statement


def test_cfn_lint_finds_nothing_in_the_transformed_template(
    template: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "template.json"
    path.write_text(json.dumps(template))
    command = [
        str(Path(sys.executable).with_name("cfn-lint")),
        "--regions=us-east-1",
        "--",
        str(path),
    ]
    linted = subprocess.run(command, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_no_role_has_a_wildcard_but_where_aws_has_no_resource_level(resources: Resources) -> None:
    for name, statement in statements(resources):
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
        assert properties["Architectures"] == ["arm64"], name
        assert properties["TracingConfig"] == {"Mode": "Active"}, name


def test_no_function_has_a_secret_in_its_environment(resources: Resources) -> None:
    for name, properties in of_type(resources, "AWS::Lambda::Function"):
        names = properties["Environment"]["Variables"]
        assert not [n for n in names if n.endswith(("TOKEN", "KEY", "STUDENT_SECRET"))], name


def test_a_message_is_invisible_for_six_times_as_long_as_the_worker_may_run(
    template: dict[str, Any], resources: Resources
) -> None:
    assert resources["WorkerFunction"]["Properties"]["Timeout"] == {"Ref": "WorkerTimeout"}
    queue = resources["Queue"]["Properties"]
    assert queue["VisibilityTimeout"] >= 6 * template["Parameters"]["WorkerTimeout"]["MaxValue"]
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


def test_every_log_group_forgets(resources: Resources) -> None:
    for name, properties in of_type(resources, "AWS::Logs::LogGroup"):
        assert properties["RetentionInDays"], name


def test_dead_letters_failed_notifications_and_worker_errors_raise_an_alarm(
    resources: Resources,
) -> None:
    watched = {
        properties["MetricName"] for _, properties in of_type(resources, "AWS::CloudWatch::Alarm")
    }
    assert watched == {"ApproximateNumberOfMessagesVisible", "ExecutionsFailed", "Errors"}


def test_production_is_deployed_without_what_only_the_local_cloud_needs() -> None:
    text = (ROOT / "samconfig.toml").read_text()
    parameters = yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]
    for name, value in {"BucketTlsOnly": "true", "EvaluationNetwork": "public"}.items():
        assert name not in text
        assert name not in env_file.PARAMETERS.values()
        assert parameters[name]["Default"] == value
        assert deployment.FOR_THE_EMULATOR[name] != value


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
