"""Mistakes: the types of errors are TensorFlow's, and their key phrases."""

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf
from ops_support import skip_missing_ops

MISTAKES = {
    "TypeError": [
        'tf.add(x,i)',
        'x+i',
        'i+1.5',
        'x+"a"',
        'tf.concat([x,i],0)',
        'tf.one_hot(x,3)',
        'tf.one_hot(i,3,on_value=1,off_value=0.)',
        'tf.cast(x,"nope")',
        'tf.gather(x,x)',
        'tf.where(x>0,x,i)',
        'x["a"]',
        'x[1.5]',
        'x[x]',
        'tf.meshgrid(i,foo=1)',
        'tf.placeholder("foo")',
        'tf.assert_type(x,tf.int32)',
        'tf.assert_integer(x)',
        'tf.cond(True,lambda:x,lambda:x)',
        'tf.cond(i[0]>0,x,x)',
        'tf.cond(i[0]>0,lambda:x,lambda:i)',
        'tf.while_loop(lambda k:True,1,[x])',
        'tf.group(1)',
        'tf.group("a")',
        'tf.global_norm(x)',
        'tf.clip_by_global_norm(x,1.)',
        'tf.add_n([x,i])',
        'tf.convert_to_tensor(tf.SparseTensor([[0,0]],[1.],[1,1]))',
        'tf.nn.embedding_lookup_sparse(x,x,None)',
        'tf.nn.in_top_k(x,x,1)',
        'tf.string_to_number([1])',
        'tf.logical_and(x,x)',
        'tf.floor(i)',
        'tf.sqrt(i)',
        'tf.sigmoid(i)',
        'tf.complex(x,i)',
        'tf.divide(i,x)',
        'tf.truediv(i,x)',
        'len(x)',
        'float(x)',
    ],
    "ValueError": [
        'x+None',
        'tf.matmul(x,x)',
        'x+tf.zeros([5])',
        'tf.concat([x,tf.zeros([3,5])],0)',
        'tf.stack([x,tf.zeros([2])])',
        'tf.stack([x,x],axis=5)',
        'tf.unstack(y)',
        'tf.unstack(u)',
        'tf.split(x,3,1)',
        'tf.split(x,[1,1],1)',
        'tf.split(x,tf.constant(2),1) and tf.split(x,u)',
        'tf.reshape(x,[5])',
        'tf.expand_dims(x)',
        'tf.expand_dims(x,5)',
        'tf.expand_dims(x,0,dim=1)',
        'tf.squeeze(x,[0])',
        'tf.reduce_sum(x,5)',
        'tf.reduce_sum(x,axis=0,reduction_indices=1)',
        'tf.reduce_mean(x,axis=0,keepdims=True,keep_dims=True)',
        'tf.argmax(x,axis=1,dimension=1)',
        'tf.argmax(x,5)',
        'tf.nn.softmax_cross_entropy_with_logits(labels=x)',
        'tf.nn.sparse_softmax_cross_entropy_with_logits(labels=x,logits=x)',
        'tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.zeros([2],tf.int32),logits=x)',
        'tf.nn.sparse_softmax_cross_entropy_with_logits(x,i)',
        'tf.nn.sigmoid_cross_entropy_with_logits(labels=i,logits=x)',
        'tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.zeros([3]),logits=x)',
        'tf.nn.dropout(x)',
        'tf.nn.dropout(x,rate=1.5)',
        'tf.nn.dropout(i,rate=0.5)',
        'tf.nn.dropout(x,keep_prob=0.5,rate=0.5)',
        'tf.nn.dropout(x,keep_prob="a")',
        'tf.gather(x,i,axis=5)',
        'tf.boolean_mask(x,u>0)',
        'tf.boolean_mask(x,tf.constant(True))',
        'tf.boolean_mask(x,[True,False])',
        'tf.where(x>0,x)',
        'tf.where(x>0,x,tf.zeros([5]))',
        'tf.pad(x,[[1,1]],mode="FOO")',
        'tf.pad(x,[[1,1]])',
        'tf.zeros([-5])',
        'tf.transpose(x,[0])',
        'tf.tile(x,[1])',
        'x[0,0,0]',
        'x[...,...]',
        'tf.meshgrid(i,i,indexing="zz")',
        'tf.assert_rank(x,3)',
        'tf.assert_rank_at_least(x,3,message="oh")',
        'tf.assert_rank_in(x,[1,3])',
        'tf.assert_scalar(x)',
        'tf.ensure_shape(x,[3,5])',
        'tf.while_loop(lambda k:k<3,lambda k:tf.concat([k,k],0),[x])',
        'tf.gradients(x,x,grad_ys=[x,x])',
        'tf.gradients(x,x,unconnected_gradients="foo")',
        'tf.add_n([])',
        'tf.add_n([x,tf.zeros([2])])',
        'tf.tensordot(x,x,1)',
        'tf.tensordot(x,x,[[0],[0,1]])',
        'tf.einsum("ij,jk->ik",x)',
        'tf.norm(x,ord="foo")',
        'tf.random_uniform([2],dtype=tf.int32)',
        'tf.random_uniform([2],dtype=tf.string)',
        'tf.multinomial(i,2)',
        'tf.SparseTensor([[0,0]],[1.,2.],[1,1])',
        'tf.SparseTensor([0],[1.],[1])',
        'tf.nn.embedding_lookup_sparse(x,tf.SparseTensor([[0,0]],[1],[1,1]),None,combiner="foo")',
        'tf.nn.embedding_lookup([],i)',
        'tf.nn.embedding_lookup([x,x],i,partition_strategy="foo")',
        'tf.nn.conv2d(x,x,1,"SAME")',
        'tf.nn.conv2d(tf.ones([1,4,4,1]),tf.ones([2,2,3,1]),1,"SAME")',
        'tf.nn.bias_add(x,tf.zeros([3]))',
        'tf.nn.top_k(x,9)',
        'tf.nn.moments(x,[5])',
        'tf.decode_csv(["1"],[[1]],select_cols=[0,0])',
        'tf.stop_gradient(None)',
        'tf.identity(None)',
        'tf.reduce_sum(None)',
        'tf.nn.relu(None)',
        'tf.py_func(1,[x],tf.float32)',
        'tf.Print(None,[x])',
        'tf.sequence_mask(i,[1,2])',
        'tf.scalar_mul(x,x)',
        'tf.confusion_matrix([1],[2],weights="a")',
        'tf.space_to_depth(x,2)',
        'tf.reverse(x,[5])',
        'tf.clip_by_value(x,[1.]*7,2.)',
    ],
    "InvalidArgumentError": [
        'tf.nn.softmax(x,axis=5)',
        'tf.assert_equal(tf.constant(1),tf.constant(2))',
        'tf.assert_less(tf.constant([1,5]),tf.constant([2,3]),message="oh")',
    ],
    "AssertionError": [
        'tf.range("a")',
    ],
    "OperatorNotAllowedInGraphError": [
        'bool(x)',
        'list(x)',
    ],
    "NotImplementedError": [
        'np.asarray(x)',
    ],
}  # fmt: skip

PHRASES = {
    "x + i": "does not match type",
    "i + 1.5": "does not match type",
    "tf.matmul(x, x)": "Dimensions must be equal",
    "tf.reshape(x, [5])": "Cannot reshape a tensor with 12 elements",
    "tf.nn.softmax_cross_entropy_with_logits(labels=x)": "Both `labels` and `logits` must be provided",
    "tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.zeros([3]), logits=x)": "`logits` and `labels` must have the same shape",
    "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.zeros([2], tf.int32), logits=x)": "must be compatible",
    "tf.expand_dims(x, 0, dim=1)": "Cannot specify both",
    "tf.expand_dims(x)": "Must specify an axis",
    "tf.reduce_sum(x, axis=0, reduction_indices=1)": "Cannot specify both",
    "tf.unstack(y)": "Cannot infer argument `num`",
    "tf.nn.dropout(x)": "`rate` must be provided",
    "tf.nn.dropout(x, rate=1.5)": "must be a scalar tensor or a float in the range",
    "tf.boolean_mask(x, u > 0)": "Number of mask dimensions must be specified",
    "tf.boolean_mask(x, tf.constant(True))": "mask cannot be scalar",
    "tf.where(x > 0, x)": "x and y must both be non-None",
    "tf.assert_rank(x, 3)": "must have rank 3.  Received rank 2",
    "tf.assert_equal(tf.constant(1), tf.constant(2))": "Condition x == y did not hold",
    "tf.cond(True, lambda: x, lambda: x)": "pred must not be a Python bool",
    "tf.cond(i[0] > 0, x, x)": "must be callable",
    "tf.add_n([])": "Inputs must be an iterable of at least one",
    "tf.identity(None)": "None values not supported",
    "len(x)": "len is not well defined for a symbolic Tensor",
    "bool(x)": "Using a symbolic `tf.Tensor` as a Python `bool`",
    "list(x)": "Iterating over a symbolic `tf.Tensor`",
    "np.asarray(x)": "Cannot convert a symbolic tf.Tensor",
    "x[1.5]": "Only integers, slices",
    "tf.split(x, tf.constant(2), 1)": "Rank-0 tensors are not supported",
}


def attempt(program):
    with tf.Graph().as_default():
        env = {
            "tf": tf, "np": np, "x": tf.placeholder(tf.float32, [3, 4], name="x"),
            "y": tf.placeholder(tf.float32, [None, 4], name="y"), "u": tf.placeholder(tf.float32, None, name="u"),
            "i": tf.placeholder(tf.int32, [3], name="i"),
        }  # fmt: skip
        eval(program, env)


@pytest.mark.parametrize(
    "kind, program", [(kind, program) for kind, programs in MISTAKES.items() for program in programs]
)
def test_mistake(kind, program):
    with pytest.raises(Exception) as caught:  # noqa: PT011 (the type is compared by name)
        attempt(program)
    if isinstance(caught.value, NotImplementedError) and kind != "NotImplementedError":
        pytest.skip(str(caught.value))
    assert kind in [base.__name__ for base in type(caught.value).__mro__]


@pytest.mark.parametrize("program, phrase", PHRASES.items())
@skip_missing_ops
def test_phrase(program, phrase):
    with pytest.raises(Exception) as caught:  # noqa: PT011
        attempt(program)
    if isinstance(caught.value, NotImplementedError) and "registered" in str(caught.value):
        pytest.skip(str(caught.value))
    assert phrase in str(caught.value)


def test_no_deprecated_pairs_in_both_spellings():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [2, 3])
        for call in (
            lambda: tf.argmax(x, axis=0, dimension=0), lambda: tf.squeeze(x, axis=[], squeeze_dims=[0]),
            lambda: tf.nn.softmax(x, axis=0, dim=0), lambda: tf.norm(x, keepdims=True, keep_dims=True),
        ):  # fmt: skip
            with pytest.raises(ValueError, match="Cannot specify both"):
                call()
