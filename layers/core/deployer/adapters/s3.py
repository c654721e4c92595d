"""Requests and generated sites in one private bucket."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from deployer.adapters.aws_errors import error_code, unavailable
from deployer.domain.errors import RejectedError, UnavailableError
from deployer.domain.generation_report import GenerationReport, StoredSite
from deployer.domain.request import DeploymentRequest
from deployer.domain.site import Site

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


LINK_SECONDS = 3600
_REPORT = TypeAdapter(GenerationReport)


class _Bucket:
    def __init__(self, name: str, client: S3Client) -> None:
        self._name = name
        self._client = client

    def put(self, key: str, body: bytes, media_type: str = "application/json") -> None:
        with unavailable("S3"):
            self._client.put_object(Bucket=self._name, Key=key, Body=body, ContentType=media_type)

    def get(self, key: str) -> bytes | None:
        with unavailable("S3"):
            try:
                body: bytes = self._client.get_object(Bucket=self._name, Key=key)["Body"].read()
                return body
            except ClientError as exc:
                if error_code(exc) == "NoSuchKey":
                    return None
                raise

    def link(self, key: str, seconds: int) -> str:
        where = {"Bucket": self._name, "Key": key}
        url: str = self._client.generate_presigned_url("get_object", where, ExpiresIn=seconds)
        return url


class S3Requests:
    """`RequestStore` under `requests/`."""

    def __init__(self, bucket_name: str, client: S3Client) -> None:
        self._bucket = _Bucket(bucket_name, client)

    def save(self, request: DeploymentRequest) -> None:
        self._bucket.put(_request_key(request.deployment_id), request.model_dump_json().encode())

    def load(self, deployment_id: str) -> DeploymentRequest:
        body = self._bucket.get(_request_key(deployment_id))
        if body is None:
            raise RejectedError("the stored request has expired; send the round again")
        return DeploymentRequest.model_validate_json(body)


class S3Attachments:
    """`AttachmentStore` under `sites/`, where the worker may write."""

    def __init__(self, bucket_name: str, client: S3Client) -> None:
        self._bucket = _Bucket(bucket_name, client)

    def save(self, build_id: str, data_uris: Mapping[str, str]) -> None:
        self._bucket.put(_attachments_key(build_id), json.dumps(dict(data_uris)).encode())

    def load(self, build_id: str) -> dict[str, str] | None:
        body = self._bucket.get(_attachments_key(build_id))
        return None if body is None else json.loads(body)


class S3Sites:
    """`SiteStore`; a ref is the object's key, under `sites/`."""

    def __init__(self, bucket_name: str, client: S3Client) -> None:
        self._bucket = _Bucket(bucket_name, client)

    def save(self, ref: str, stored: StoredSite) -> None:
        document = {"report": asdict(stored.report), "files": _packed(stored.site)}
        self._bucket.put(ref, json.dumps(document).encode())

    def load(self, ref: str) -> StoredSite | None:
        body = self._bucket.get(ref)
        if body is None:
            return None
        document = json.loads(body)
        report = _REPORT.validate_python(document["report"])
        return StoredSite(_unpacked(document["files"]), report)


class S3Candidates:
    """`CandidateStore`."""

    def __init__(self, bucket_name: str, client: S3Client) -> None:
        self._bucket = _Bucket(bucket_name, client)

    def save(self, key: str, site: Site) -> None:
        self._bucket.put(key, json.dumps(_packed(site)).encode())

    def load(self, key: str) -> Site:
        body = self._bucket.get(key)
        if body is None:
            raise UnavailableError(f"S3: there is no {key}")
        return _unpacked(json.loads(body))


class S3Pictures:
    """Screenshots, under the key that each is saved with."""

    def __init__(self, bucket_name: str, client: S3Client) -> None:
        self._bucket = _Bucket(bucket_name, client)

    def save(self, key: str, png: bytes) -> None:
        self._bucket.put(key, png, "image/png")

    def link(self, key: str) -> str:
        """An address at which it can be seen by whoever has it, for an hour."""
        return self._bucket.link(key, LINK_SECONDS)


def _packed(site: Site) -> dict[str, str]:
    return {path: base64.b64encode(content).decode() for path, content in site.items()}


def _unpacked(files: dict[str, str]) -> Site:
    return Site({path: base64.b64decode(text) for path, text in files.items()})


def _attachments_key(build_id: str) -> str:
    return f"sites/{build_id}-attachments.json"


def _request_key(deployment_id: str) -> str:
    return f"requests/{deployment_id}.json"
