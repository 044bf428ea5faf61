"""onnx.resize and onnx.upsample: the standard's reference on random calls, and the specification's words.

The standard's own cases run in test_onnx_backend.py.
"""

import numpy as np
import pytest
from axes_reference import ROUND, apply, coordinate, cubic, linear, matrix, nearest_matrix

from cyresize.onnx import resize, upsample

COORDINATES = [
    "half_pixel",
    "half_pixel_symmetric",
    "pytorch_half_pixel",
    "align_corners",
    "asymmetric",
    "tf_crop_and_resize",
]


@pytest.fixture(scope="module")
def reference():
    onnx = pytest.importorskip("onnx", reason="the standard's reference comes with onnx (extra `peers`)")
    from onnx.reference import ReferenceEvaluator

    def run(x, roi, scales, sizes, **attributes):
        kind = onnx.helper.np_dtype_to_tensor_dtype(x.dtype)
        given = {"x": x, "roi": roi, "scales": scales, "sizes": sizes}
        names = [name if given[name] is not None else "" for name in given]
        node = onnx.helper.make_node("Resize", names, ["y"], **attributes)
        types = {"x": kind, "roi": onnx.TensorProto.FLOAT, "scales": onnx.TensorProto.FLOAT, "sizes": 7}
        inputs = [onnx.helper.make_tensor_value_info(n, types[n], None) for n in given if given[n] is not None]
        graph = onnx.helper.make_graph([node], "g", inputs, [onnx.helper.make_tensor_value_info("y", kind, None)])
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 19)])
        return ReferenceEvaluator(model).run(None, {k: v for k, v in given.items() if v is not None})[0]

    return run


def ties(at):
    """Whether a coordinate is so near to a tie of nearest that its last bit decides."""
    return any(abs(2 * v - round(2 * v)) < 1e-9 and abs(v - round(v)) > 1e-9 for v in at)


def call(rng, mode):
    """Random inputs and attributes that go together."""
    n = int(rng.integers(1, 4))
    shape = tuple(int(v) for v in rng.integers(2, 9, n))
    axes = sorted(rng.permutation(n)[: int(rng.integers(1, n + 1))].tolist()) if rng.random() < 0.5 else None
    k = n if axes is None else len(axes)
    where = COORDINATES[rng.integers(len(COORDINATES))]
    attributes = {"mode": mode, "coordinate_transformation_mode": where}
    if axes is not None:
        attributes["axes"] = axes
    scales = sizes = roi = None
    if where == "tf_crop_and_resize":
        roi = np.concatenate([rng.uniform(-0.2, 0.5, k), rng.uniform(0.5, 1.3, k)]).astype(np.float32)
        attributes["extrapolation_value"] = 7.5
    if where == "tf_crop_and_resize" or rng.random() < 0.5:
        sizes = rng.integers(2, 12, k)
        if rng.random() < 0.5:
            attributes["keep_aspect_ratio_policy"] = ("stretch", "not_larger", "not_smaller")[rng.integers(3)]
    else:
        scales = rng.uniform(1.01, 3.0, k).astype(np.float32)
        scales = np.where(rng.random(k) < 0.5, scales, 1 / scales).astype(np.float32)
        lengths = np.array(shape)[axes if axes is not None else slice(None)]
        scales = np.maximum(scales, (2.001 / lengths).astype(np.float32))
    if mode == "nearest":
        attributes["nearest_mode"] = list(ROUND)[rng.integers(4)]
    else:
        attributes["antialias"] = int(rng.integers(2))
        attributes["exclude_outside"] = int(rng.integers(2))
        if mode == "cubic":
            attributes["cubic_coeff_a"] = float(np.float32(rng.uniform(-1, -0.3)))
    return shape, (roi, scales, sizes), attributes


@pytest.mark.peers
@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic"])
def test_standard_reference(reference, rng, mode):
    for _ in range(150):
        shape, inputs, attributes = call(rng, mode)
        x = rng.standard_normal(shape)
        out = resize(x, *inputs, **attributes)
        if 1 in out.shape:
            continue  # the reference asks for a length of 1 before rounding where the specification asks after it
        wanted = reference(x, *inputs, **attributes)
        assert out.shape == wanted.shape, (shape, inputs, attributes)
        # The reference calculates with attributes and rois in their own type, float32.
        tolerance = 1e-11 if inputs[0] is None and mode != "cubic" else 2e-5
        np.testing.assert_allclose(out, wanted, tolerance, tolerance, err_msg=f"{shape} {inputs} {attributes}")


@pytest.mark.parametrize("where", COORDINATES[:-1])
@pytest.mark.parametrize("scale", [0.45, 0.6, 1.0, 1.3, 2.7])
def test_scales_are_used_as_given(rng, where, scale):
    x = rng.standard_normal((9, 11))
    sizes = [int(9 * scale), int(11 * scale)]
    at = [[coordinate(where, i, n, m, scale, scale * n) for i in range(m)] for n, m in zip((9, 11), sizes, strict=True)]
    for mode, kernel, support in (("linear", linear, 1), ("cubic", cubic(-0.75), 2)):
        weights = {axis: matrix(x.shape[axis], at[axis], kernel, support) for axis in (0, 1)}
        out = resize(x, scales=[scale, scale], mode=mode, coordinate_transformation_mode=where)
        np.testing.assert_allclose(out, apply(x, weights), atol=1e-13)
    for rounding in ROUND:
        if any(ties(v) for v in at):
            continue
        weights = {axis: nearest_matrix(x.shape[axis], at[axis], rounding) for axis in (0, 1)}
        out = resize(x, scales=[scale, scale], coordinate_transformation_mode=where, nearest_mode=rounding)
        np.testing.assert_array_equal(out, apply(x, weights))


def test_roundings_at_ties():
    x = np.arange(4.0)
    indices = {
        mode: resize(x, scales=[2.0], coordinate_transformation_mode="asymmetric", nearest_mode=mode)
        .astype(int)
        .tolist()
        for mode in ROUND
    }
    assert indices == {
        "floor": [0, 0, 1, 1, 2, 2, 3, 3],
        "ceil": [0, 1, 1, 2, 2, 3, 3, 3],
        "round_prefer_floor": [0, 0, 1, 1, 2, 2, 3, 3],
        "round_prefer_ceil": [0, 1, 1, 2, 2, 3, 3, 3],
    }


def test_a_single_output_is_the_first_sample_or_the_centre_of_the_roi():
    x = np.array([3.0, 5.0, 8.0])
    assert resize(x, sizes=[1], mode="linear", coordinate_transformation_mode="pytorch_half_pixel") == [3.0]
    assert resize(x, sizes=[1], mode="cubic", coordinate_transformation_mode="pytorch_half_pixel") == [3.0]
    crop = {"mode": "linear", "coordinate_transformation_mode": "tf_crop_and_resize"}
    assert resize(x, [0.25, 0.75], sizes=[1], **crop) == [5.0]
    np.testing.assert_allclose(resize(x, [0.5, 1.0], sizes=[1], **crop), [6.5])


def test_the_roi_counts_for_the_size():
    x = np.arange(10.0)
    crop = {"mode": "linear", "coordinate_transformation_mode": "tf_crop_and_resize"}
    out = resize(x, np.float32([0.25, 0.75]), np.float32([2.0]), **crop)
    np.testing.assert_allclose(out, np.linspace(2.25, 6.75, 10))
    # Without tf_crop_and_resize it does not count at all.
    np.testing.assert_array_equal(resize(x, [0.25, 0.75], [2.0], mode="linear"), resize(x, None, [2.0], mode="linear"))


def test_outputs_outside_are_the_extrapolation_value():
    x = np.arange(12, dtype=np.uint8).reshape(3, 4)
    out = resize(
        x,
        [-0.5, 0.0, 1.0, 1.0],
        sizes=[4, 4],
        coordinate_transformation_mode="tf_crop_and_resize",
        extrapolation_value=300.0,
    )
    np.testing.assert_array_equal(out, np.vstack([np.full((1, 4), 255), x[[0, 1, 2]]]))


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "int32", "int64", "uint64"])
def test_integers_are_rounded_and_saturated(dtype):
    limits = np.iinfo(dtype)
    top = min(int(limits.max), 2**40)
    x = np.array([0, 0, top, top, 0, 0], dtype)
    out = resize(x, scales=[2.0], mode="cubic")
    assert out.dtype == x.dtype and out.max() >= top
    if limits.max == top:
        assert out.max() == top
    np.testing.assert_array_equal(resize(np.array([1, 4], dtype), scales=[2.0], mode="linear"), [1, 2, 3, 4])


@pytest.mark.parametrize("dtype", ["bool", "int64", "float16"])
def test_nearest_takes_every_dtype(dtype):
    x = np.array([[0, 1], [1, 0]]).astype(dtype)
    np.testing.assert_array_equal(resize(x, scales=[1.0, 2.0]), x.repeat(2, 1))


def test_axes_and_layouts(rng):
    x = rng.standard_normal((2, 3, 6, 5)).astype(np.float32)
    wanted = resize(x, None, [1.0, 1.0, 1.5, 2.0], mode="cubic")
    np.testing.assert_array_equal(resize(x, None, [1.5, 2.0], axes=[2, 3], mode="cubic"), wanted)
    np.testing.assert_array_equal(resize(x, None, [2.0, 1.5], axes=[-1, -2], mode="cubic"), wanted)
    last = np.ascontiguousarray(x.transpose(0, 2, 3, 1))
    out = resize(last, None, [1.5, 2.0], axes=[1, 2], mode="cubic")
    np.testing.assert_array_equal(out.transpose(0, 3, 1, 2), wanted)


def test_upsample(rng):
    x = rng.standard_normal((1, 2, 3, 4)).astype(np.float32)
    np.testing.assert_array_equal(upsample(x, np.float32([1, 1, 2, 3])), x.repeat(2, 2).repeat(3, 3))
    assert upsample(x, [1, 1, 1.5, 1.3], mode="linear").shape == (1, 2, 4, 5)
    np.testing.assert_allclose(upsample(np.array([0.0, 2.0]), [2], mode="linear"), [0, 1, 2, 2])


X = np.zeros((2, 3))


@pytest.mark.parametrize("args, attributes, error, message", [
    ((X,), {}, ValueError, "neither is"),
    ((X, None, [1.0, 1.0], [2, 2]), {}, ValueError, "both are"),
    ((X, [], [], []), {}, ValueError, "neither is"),
    ((X, None, [2.0]), {}, ValueError, "one value or 2"),
    ((X, None, [2.0, 0.0]), {}, ValueError, "positive"),
    ((X, None, None, [2, -1]), {}, ValueError, "positive"),
    ((X, None, [2.0, 0.1]), {}, ValueError, "empty"),
    ((X, None, [2.0, 2.0]), {"mode": "area"}, ValueError, "mode"),
    ((X, None, [2.0, 2.0]), {"nearest_mode": "round"}, ValueError, "nearest_rounding"),
    ((X, None, [2.0, 2.0]), {"coordinate_transformation_mode": "corners"}, ValueError, "coordinates"),
    ((X, None, [2.0, 2.0]), {"coordinate_transformation_mode": "tf_crop_and_resize"}, ValueError, "needs roi"),
    ((X, [0.0, 1.0], [2.0, 2.0]), {"coordinate_transformation_mode": "tf_crop_and_resize"}, ValueError, "roi must"),
    ((X, None, [2.0, 2.0]), {"keep_aspect_ratio_policy": "not_larger"}, ValueError, "needs size"),
    ((X, None, None, [2, 2]), {"keep_aspect_ratio_policy": "fit"}, ValueError, "aspect"),
    ((X, None, [2.0, 2.0]), {"antialias": 1}, ValueError, "antialias"),
    ((X, None, [2.0, 2.0]), {"antialias": 2, "mode": "linear"}, ValueError, "0 or 1"),
    ((X, None, [2.0, 2.0]), {"axes": [0, 0]}, ValueError, "different"),
    ((X, None, [2.0, 2.0]), {"axes": [0, 2]}, ValueError, "axes"),
    ((X > 0, None, [2.0, 2.0]), {"mode": "linear"}, TypeError, "bool"),
    (("x", None, [2.0, 2.0]), {}, TypeError, "numpy.ndarray"),
])  # fmt: skip
def test_refusals(args, attributes, error, message):
    with pytest.raises(error, match=message):
        resize(*args, **attributes)


def test_upsample_refuses_to_shrink():
    with pytest.raises(ValueError, match="at least 1"):
        upsample(X, [1.0, 0.5])
