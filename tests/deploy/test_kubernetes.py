"""Manifests for Kubernetes: each as the schema of its kind says, and all of them together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml
from paths import ROOT, TESTS

MANIFESTS = ROOT / "deploy" / "kubernetes"
SCHEMA: dict[str, Any] = json.loads((TESTS / "deploy/kubernetes/schema.json").read_text())
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((MANIFESTS / "kustomization.yaml").read_text())


def objects() -> Iterator[dict[str, Any]]:
    """All objects that are applied."""
    for name in KUSTOMIZATION["resources"]:
        yield from yaml.safe_load_all((MANIFESTS / name).read_text())


def named(one: dict[str, Any]) -> str:
    return f"{one['kind']}-{one['metadata']['name']}"


def faults(one: dict[str, Any]) -> list[str]:
    """What the schema of its kind has against an object."""
    kind = SCHEMA["kinds"][f"{one['apiVersion']} {one['kind']}"]
    schema = {"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]}
    found = jsonschema.Draft202012Validator(schema).iter_errors(one)
    return [f"{error.json_path}: {error.message}" for error in found]


@pytest.mark.parametrize("one", list(objects()), ids=named)
def test_each_is_as_its_schema_says(one: dict[str, Any]) -> None:
    assert faults(one) == []


def test_a_misspelt_or_wrong_word_is_found() -> None:
    one = next(one for one in objects() if named(one) == "Deployment-api")
    one["spec"]["template"]["spec"]["automountServiceAcountToken"] = False
    one["spec"]["replicas"] = "two"
    assert len(faults(one)) == 2


def test_all_files_are_applied() -> None:
    files = {path.name for path in MANIFESTS.glob("*.yaml")} - {"kustomization.yaml"}
    assert files == set(KUSTOMIZATION["resources"])


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    """Specification of the pods of each object that has any."""
    for one in objects():
        spec = one.get("spec", {})
        template = spec.get("jobTemplate", one).get("spec", {}).get("template")
        if template is not None:
            yield named(one), template["spec"]


@pytest.mark.parametrize(("name", "spec"), list(pods()), ids=lambda value: str(value)[:30])
def test_no_pod_has_rights(name: str, spec: dict[str, Any]) -> None:
    assert spec["securityContext"]["runAsNonRoot"]
    assert spec["automountServiceAccountToken"] is False
    claims = {volume["name"] for volume in spec["volumes"]}
    for container in spec["containers"]:
        rights = container["securityContext"]
        assert rights["allowPrivilegeEscalation"] is False
        assert rights["capabilities"] == {"drop": ["ALL"]}
        assert rights.get("readOnlyRootFilesystem", False) or name == "StatefulSet-database"
        assert "memory" in container["resources"]["limits"]
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted - claims <= {"cluster"}  # made by the set itself


def test_services_lead_to_pods_and_the_ingress_to_services() -> None:
    labels = [
        one["spec"]["template"]["metadata"]["labels"]
        for one in objects()
        if one["kind"] in {"Deployment", "StatefulSet"}
    ]
    services = {
        one["metadata"]["name"]: one["spec"] for one in objects() if one["kind"] == "Service"
    }
    for service in services.values():
        assert any(service["selector"].items() <= each.items() for each in labels)
    ingress = next(one for one in objects() if one["kind"] == "Ingress")
    for path in ingress["spec"]["rules"][0]["http"]["paths"]:
        asked = path["backend"]["service"]
        assert asked["port"]["name"] in {p["name"] for p in services[asked["name"]]["ports"]}
