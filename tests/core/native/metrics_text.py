#!/usr/bin/env python3
"""metrics_text.py json SCHEMA SAMPLES | prometheus SAMPLES | prometheus

Reads what the program SAMPLES prints (metrics_samples.cpp), or one text of Prometheus from standard input, with a
validator and a parser that are not ours. Exits with 77 when Python's jsonschema or prometheus_client is not here.
"""
import copy
import json
import math
import re
import subprocess
import sys

# The specification's own names (tests/spec/README.md), which no change may lose.
SPECIFIED = ["avg_latency_ms", "memory_bytes", "vad.current_state", "stream_buffer.available_bytes", "buffer_pool.in_use",
             "performance.realtime_capable", "performance.p50_ms", "performance.p95_ms", "performance.p99_ms",
             "performance.max_ms"]
UNITS = {"_ms": "milliseconds", "_bytes": "bytes", "_frames": "frames", "_dbfs": "decibels", "_ratio": "ratio"}


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def objects_of(schema, path=""):
    """Every object of the schema with its path."""
    yield path, schema
    for key, inner in schema["properties"].items():
        if inner.get("type") == "object":
            yield from objects_of(inner, f"{path}{key}.")


def inside(document, path):
    for key in filter(None, path.split(".")):
        document = document.get(key) if document is not None else None
    return document


def check_described(schema):
    for path, part in objects_of(schema):
        assert part["additionalProperties"] is False, f"{path}: unknown keys would pass"
        for key, value in part["properties"].items():
            assert value["description"].endswith("."), f"{path}{key} is not described"
            unit = next((word for end, word in UNITS.items() if key.endswith(end)), "")
            assert unit.rstrip("s") in value["description"].lower(), f"{path}{key}: no unit in its description"


def check_json(schema_file, program):
    try:
        import jsonschema
    except ImportError:
        sys.exit(77)
    with open(schema_file, encoding="utf-8") as file:
        schema = json.load(file)
    # Validators from before 2020-12 (Ubuntu 22.04) read the words used here just the same.
    Validator = getattr(jsonschema, "Draft202012Validator", jsonschema.Draft7Validator)
    Validator.check_schema(schema)
    check_described(schema)
    validator = Validator(schema)
    documents = [line.split("\t") for line in output_of(program, "json").splitlines()]
    assert len(documents) > 100
    seen = set()
    for name, text in documents:
        document = json.loads(text)
        for error in validator.iter_errors(document):
            sys.exit(f"{name}: {'.'.join(map(str, error.path))}: {error.message}")
        for path, part in objects_of(schema):
            seen.update(f"{path}{key}" for key in part["properties"] if key in (inside(document, path) or {}))
    promised = {path + key for path, part in objects_of(schema) for key in part["properties"]}
    assert promised == seen, f"never written: {promised - seen}"
    assert set(SPECIFIED) <= seen, f"the specification's {set(SPECIFIED) - seen} are missing"
    check_strict(schema, validator, next(json.loads(text) for _, text in documents if "buffer_pool" in text and "stream_buffer" in text))
    print(f"{len(documents)} documents, {len(promised)} keys")


def check_strict(schema, validator, document):
    """What is missing, unknown or of another type is refused, or this whole test would prove nothing."""
    for path, part in objects_of(schema):
        more = copy.deepcopy(document)
        inside(more, path)["unknown_key"] = 1
        assert not validator.is_valid(more), f"{path}unknown_key passes"
        for key in part["properties"]:
            less = copy.deepcopy(document)
            del inside(less, path)[key]
            optional = key in ("stream_buffer", "buffer_pool") and path == ""
            assert validator.is_valid(less) == optional, f"without {path}{key}"
            other = copy.deepcopy(document)
            inside(other, path)[key] = "?"
            assert not validator.is_valid(other), f"{path}{key} may be anything"


def check_text(name, text, families_of):
    families = list(families_of(text))
    names = [family.name for family in families]
    assert len(set(names)) == len(names), f"{name}: a family twice"
    announced = re.findall(r"^# (HELP|TYPE) (\S+)", text, re.MULTILINE)
    assert len(announced) == len(set(announced)) == 2 * len(families), f"{name}: HELP and TYPE once a family"
    series = set()
    for family in families:
        assert family.name.startswith("audioengine_") and family.documentation.endswith("."), f"{name}: {family}"
        assert family.type in ("counter", "gauge", "histogram"), f"{name}: {family}"
        assert family.samples, f"{name}: {family.name} has no samples"
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in series, f"{name}: twice {key}"
            series.add(key)
            assert sample.value >= 0 and math.isfinite(sample.value), f"{name}: {sample}"
            assert family.type != "counter" or sample.name.endswith("_total"), f"{name}: {sample}"
        if family.type == "histogram":
            check_histogram(name, family)
    return families


def check_histogram(name, family):
    buckets = [sample for sample in family.samples if sample.name.endswith("_bucket")]
    edges = [float(sample.labels["le"]) for sample in buckets]
    counts = [sample.value for sample in buckets]
    count = [sample.value for sample in family.samples if sample.name.endswith("_count")]
    assert edges == sorted(set(edges)) and edges[-1] == math.inf, f"{name}: {edges}"
    # Sums of 64 bits wrap in the row with the largest numbers.
    assert name == "the largest numbers" or (counts == sorted(counts) and counts[-1:] == count), f"{name}: {counts} {count}"


def check_prometheus(program=None):
    try:
        from prometheus_client.parser import text_string_to_metric_families as families_of
    except ImportError:
        sys.exit(77)
    output = output_of(program, "prometheus") if program else "\fstandard input\n" + sys.stdin.read()
    texts = [text.split("\n", 1) for text in output.split("\f")[1:]]
    assert texts
    for name, text in texts:
        families = check_text(name, text, families_of)
        if "labelled" in name:
            for sample in (sample for family in families for sample in family.samples):
                assert sample.labels["host"] == 'a\\b"c\nd \u00e4 {x="y"}' and sample.labels["_2"] == "", sample
    print(f"{len(texts)} texts, {len(families)} families")


def main():
    what, *arguments = sys.argv[1:]
    check_json(*arguments) if what == "json" else check_prometheus(*arguments)


main()
