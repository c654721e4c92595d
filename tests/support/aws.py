"""The AWS resources of the template, made in moto."""

from __future__ import annotations

import json
from pathlib import Path

import boto3

TABLE = "deployments"
BUCKET = "deployer-bucket"
SECRET = "deployer-secret"
DEFINITION = Path(__file__).parents[2] / "functions/notifier/notify.asl.json"
NOTIFIER_ARN = "arn:aws:lambda:us-east-1:123456789012:function:notifier"


def create_table() -> None:
    boto3.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def create_bucket() -> None:
    boto3.client("s3").create_bucket(Bucket=BUCKET)


def create_queue() -> str:
    return boto3.client("sqs").create_queue(QueueName="deployments")["QueueUrl"]


def create_secret(**values: str) -> None:
    boto3.client("secretsmanager").create_secret(Name=SECRET, SecretString=json.dumps(values))


def create_state_machine() -> str:
    definition = (
        DEFINITION.read_text()
        .replace("${NotifierFunctionArn}", NOTIFIER_ARN)
        .replace("${PagesCheckerFunctionArn}", NOTIFIER_ARN)
    )
    return boto3.client("stepfunctions").create_state_machine(
        name="notify",
        definition=definition,
        roleArn="arn:aws:iam::123456789012:role/notify",
    )["stateMachineArn"]
