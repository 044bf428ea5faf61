"""The ONNX standard's own test cases for the operators of cyresize.onnx."""

import re
import warnings

import numpy as np
import pytest

from cyresize import onnx as operators

onnx = pytest.importorskip("onnx", reason="the standard's cases come with onnx (extra `peers`)")
pytestmark = pytest.mark.peers


def snake(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def cases():
    """The single-operator models whose operator exists here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from onnx.backend.test.loader import load_model_tests

        for case in load_model_tests(kind="node"):
            nodes = (case.model or onnx.load(f"{case.model_dir}/model.onnx")).graph.node
            if len(nodes) == 1 and snake(nodes[0].op_type) in operators.__all__:
                yield case


CASES = list(cases())


def data_sets(case):
    if case.data_sets is not None:
        yield from case.data_sets
        return
    raise AssertionError(f"{case.name} has no data in memory")


def call(node, inputs):
    given = iter(inputs)
    arrays = [next(given) if name else None for name in node.input]
    options = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    options = {k: v.decode() if isinstance(v, bytes) else v for k, v in options.items()}
    result = getattr(operators, snake(node.op_type))(*arrays, **options)
    return result if isinstance(result, tuple) else (result,)


def test_there_are_cases_for_every_operator():
    covered = {snake(node.op_type) for case in CASES for node in case.model.graph.node}
    # The standard has no case of GlobalLpPool.
    assert covered >= set(operators.__all__) - {"global_lp_pool"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_standard(case):
    node = case.model.graph.node[0]
    for inputs, expected in data_sets(case):
        results = call(node, inputs)
        for result, wanted in zip(results, expected, strict=False):
            wanted = np.asarray(wanted)
            assert result.shape == wanted.shape and result.dtype == wanted.dtype
            np.testing.assert_allclose(result, wanted, rtol=case.rtol, atol=case.atol)
