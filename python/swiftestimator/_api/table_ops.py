"""Names of the functions that add operations."""

TABLE = {
    "_framework.composite": {
        "1 tf": "convert_to_tensor_or_indexed_slices convert_to_tensor_or_sparse_tensor SparseTensorValue",
        "12 tf": "IndexedSlices is_tensor SparseTensor",
        "12 sparse": "SparseTensor",
    },
    "_ops.image_ops": {
        "12 image": (
            "central_crop crop_to_bounding_box extract_patches flip_left_right flip_up_down pad_to_bounding_box "
            "random_flip_left_right random_flip_up_down rot90 transpose "
            "resize_with_crop_or_pad=resize_image_with_crop_or_pad"
        ),
        "1 image": "resize_image_with_crop_or_pad transpose_image=transpose",
    },
    "_ops.image_color_ops": {
        "12 image": (
            "adjust_brightness adjust_contrast adjust_gamma adjust_hue adjust_saturation convert_image_dtype "
            "grayscale_to_rgb hsv_to_rgb per_image_standardization random_brightness random_contrast random_hue "
            "random_saturation rgb_to_grayscale rgb_to_hsv total_variation"
        ),
    },
    "_ops.image_size_ops": {
        "1 image": (
            "ResizeMethod=ResizeMethodV1 resize=resize_images resize_images resize_bilinear resize_nearest_neighbor"
        ),
        "2 image": "ResizeMethod resize=resize_images_v2",
    },
    "_framework.nest": {
        "12 nest": "assert_same_structure flatten is_nested map_structure pack_sequence_as",
    },
    "_ops.array_ops": {
        "1 tf": (
            "expand_dims lin_space=linspace matrix_transpose ones_like pad reverse_sequence shape size squeeze "
            "transpose zeros_like"
        ),
        "12 tf": (
            "broadcast_dynamic_shape broadcast_static_shape broadcast_to concat fill identity identity_n linspace "
            "newaxis ones parallel_stack range rank reshape reverse roll shape_n split stack tile unstack zeros"
        ),
        "2 tf": (
            "expand_dims=expand_dims_v2 ones_like=ones_like_v2 pad=pad_v2 reverse_sequence=reverse_sequence_v2 "
            "shape=shape_v2 size=size_v2 squeeze=squeeze_v2 transpose=transpose_v2 zeros_like=zeros_like_v2"
        ),
        "1 linalg": "transpose=matrix_transpose",
        "12 linalg": "matrix_transpose",
        "1 manip": "reshape reverse roll tile",
    },
    "_ops.bitwise_ops": {
        "12 bitwise": "bitwise_and bitwise_or bitwise_xor invert left_shift right_shift",
    },
    "_ops.cast_ops": {
        "1 tf": "angle conj imag real to_bfloat16 to_complex128 to_complex64 to_double to_float to_int32 to_int64",
        "12 tf": "bitcast cast complex saturate_cast",
        "12 dtypes": "cast complex saturate_cast",
        "12 math": "angle conj imag real",
    },
    "_ops.check_ops": {
        "1 tf": (
            "assert_equal assert_greater assert_greater_equal assert_integer assert_less assert_less_equal "
            "assert_near assert_negative assert_non_negative assert_non_positive assert_none_equal "
            "assert_positive assert_proper_iterable assert_rank assert_rank_at_least assert_rank_in "
            "assert_same_float_dtype assert_scalar assert_type"
        ),
        "12 tf": "ensure_shape",
        "2 tf": (
            "assert_equal=assert_equal_v2 assert_greater=assert_greater_v2 assert_less=assert_less_v2 "
            "assert_rank=assert_rank_v2"
        ),
        "1 debugging": (
            "assert_equal assert_greater assert_greater_equal assert_integer assert_less assert_less_equal "
            "assert_near assert_negative assert_non_negative assert_non_positive assert_none_equal "
            "assert_positive assert_rank assert_rank_at_least assert_rank_in assert_scalar assert_shapes "
            "assert_type"
        ),
        "12 debugging": "assert_proper_iterable assert_same_float_dtype",
        "2 debugging": (
            "assert_equal=assert_equal_v2 assert_greater=assert_greater_v2 "
            "assert_greater_equal=assert_greater_equal_v2 assert_integer=assert_integer_v2 "
            "assert_less=assert_less_v2 assert_less_equal=assert_less_equal_v2 assert_near=assert_near_v2 "
            "assert_negative=assert_negative_v2 assert_non_negative=assert_non_negative_v2 "
            "assert_non_positive=assert_non_positive_v2 assert_none_equal=assert_none_equal_v2 "
            "assert_positive=assert_positive_v2 assert_rank=assert_rank_v2 "
            "assert_rank_at_least=assert_rank_at_least_v2 assert_rank_in=assert_rank_in_v2 "
            "assert_scalar=assert_scalar_v2 assert_shapes=assert_shapes_v2 assert_type=assert_type_v2"
        ),
    },
    "_ops.clip_ops": {
        "1 tf": "clip_by_average_norm global_norm verify_tensor_all_finite",
        "12 tf": "clip_by_global_norm clip_by_norm clip_by_value",
        "1 debugging": "assert_all_finite=verify_tensor_all_finite",
        "2 debugging": "assert_all_finite=verify_tensor_all_finite_v2",
        "12 linalg": "global_norm",
    },
    "_ops.control_flow_ops": {
        "1 tf": (
            "case cond control_flow_v2_enabled disable_control_flow_v2 enable_control_flow_v2 Print tuple while_loop"
        ),
        "12 tf": "Assert group no_op print=print_v2 switch_case timestamp",
        "2 tf": "case=case_v2 cond=cond_v2 tuple=tuple_v2 while_loop=while_loop_v2",
        "12 debugging": "Assert",
    },
    "_ops.conv_ops": {
        "1 nn": (
            "avg_pool avg_pool2d avg_pool_v2 conv1d conv2d conv2d_backprop_filter conv2d_backprop_input "
            "conv2d_transpose conv3d conv3d_transpose convolution depthwise_conv2d depthwise_conv2d_native "
            "dilation2d erosion2d max_pool max_pool_v2 max_pool_with_argmax pool separable_conv2d"
        ),
        "12 nn": "atrous_conv2d avg_pool1d avg_pool3d conv1d_transpose max_pool1d max_pool2d max_pool3d",
        "2 nn": (
            "avg_pool2d=avg_pool2d_v2 avg_pool=avg_pool_v2 conv1d=conv1d_v2 conv2d=conv2d_v2 "
            "conv2d_transpose=conv2d_transpose_v2 conv3d=conv3d_v2 conv3d_transpose=conv3d_transpose_v2 "
            "convolution=convolution_v2 depthwise_conv2d=depthwise_conv2d_v2 dilation2d=dilation2d_v2 "
            "erosion2d=erosion2d_v2 max_pool=max_pool_v2 max_pool_with_argmax=max_pool_with_argmax_v2 "
            "pool=pool_v2 separable_conv2d=separable_conv2d_v2"
        ),
    },
    "_ops.counting_ops": {
        "1 tf": "bincount confusion_matrix cumprod is_non_decreasing is_numeric_tensor is_strictly_increasing lbeta",
        "12 tf": "cumsum",
        "1 debugging": "is_non_decreasing is_strictly_increasing",
        "12 debugging": "is_numeric_tensor",
        "1 math": "bincount confusion_matrix",
        "12 math": "cumprod cumsum cumulative_logsumexp is_non_decreasing is_strictly_increasing lbeta nextafter",
        "2 math": "bincount=bincount_v2 confusion_matrix=confusion_matrix_v2",
    },
    "_ops.embedding_ops": {
        "1 nn": "embedding_lookup embedding_lookup_sparse safe_embedding_lookup_sparse",
        "2 nn": (
            "embedding_lookup=embedding_lookup_v2 embedding_lookup_sparse=embedding_lookup_sparse_v2 "
            "safe_embedding_lookup_sparse=safe_embedding_lookup_sparse_v2"
        ),
    },
    "_ops.functional_ops": {
        "1 tf": "map_fn",
        "12 tf": "foldl foldr scan vectorized_map",
        "2 tf": "map_fn=map_fn_v2",
    },
    "_ops.gather_ops": {
        "1 tf": (
            "batch_gather gather gather_nd invert_permutation tensor_scatter_add=tensor_scatter_nd_add "
            "tensor_scatter_sub=tensor_scatter_nd_sub tensor_scatter_update=tensor_scatter_nd_update"
        ),
        "12 tf": (
            "dynamic_partition dynamic_stitch one_hot scatter_nd tensor_scatter_nd_add tensor_scatter_nd_max "
            "tensor_scatter_nd_min tensor_scatter_nd_sub tensor_scatter_nd_update"
        ),
        "2 tf": "gather=gather_v2 gather_nd=gather_nd_v2",
        "1 manip": "gather_nd scatter_nd",
        "12 math": "invert_permutation",
    },
    "_ops.gradients": {
        "1 tf": "gradients hessians",
        "12 tf": "AggregationMethod custom_gradient recompute_grad UnconnectedGradients",
        "2 tf": "gradients=gradients_v2 hessians=hessians_v2",
    },
    "_ops.linalg_ops": {
        "1 tf": (
            "cholesky cross matrix_determinant matrix_inverse matrix_solve matrix_triangular_solve norm qr "
            "self_adjoint_eig self_adjoint_eigvals svd trace"
        ),
        "12 tf": "einsum matmul tensordot",
        "2 tf": "norm=norm_v2",
        "1 linalg": "norm",
        "12 linalg": (
            "adjoint cholesky cross det=matrix_determinant eigh=self_adjoint_eig eigvalsh=self_adjoint_eigvals "
            "einsum inv=matrix_inverse matmul matvec qr slogdet=log_matrix_determinant solve=matrix_solve svd "
            "tensordot trace triangular_solve=matrix_triangular_solve"
        ),
        "2 linalg": "norm=norm_v2",
    },
    "_ops.mask_ops": {
        "1 tf": "boolean_mask setdiff1d where where_v2",
        "12 tf": "argsort meshgrid repeat searchsorted sequence_mask sort unique unique_with_counts",
        "2 tf": "boolean_mask=boolean_mask_v2 where=where_v2",
    },
    "_ops.math_ops": {
        "1 tf": (
            "accumulate_n ceil digamma div div_no_nan erf erfc expm1 floor_div floordiv floormod igamma igammac "
            "is_finite is_inf is_nan lgamma log log1p log_sigmoid logical_xor mod polygamma reciprocal rint rsqrt "
            "squared_difference zeta"
        ),
        "12 tf": (
            "abs acos acosh add add_n asin asinh atan atan2 atanh cos cosh divide equal exp floor greater "
            "greater_equal less less_equal logical_and logical_not logical_or maximum minimum multiply negative "
            "not_equal pow realdiv round scalar_mul sigmoid sign sin sinh sqrt square subtract tan tanh truediv "
            "truncatediv truncatemod"
        ),
        "1 debugging": "is_finite is_inf is_nan",
        "12 math": (
            "abs accumulate_n acos acosh add add_n asin asinh atan atan2 atanh bessel_i0e bessel_i1e ceil cos "
            "cosh digamma divide divide_no_nan=div_no_nan equal erf erfc erfcinv erfinv exp expm1 floor floordiv "
            "floormod greater greater_equal igamma igammac is_finite is_inf is_nan less less_equal lgamma log "
            "log1p log_sigmoid logical_and logical_not logical_or logical_xor maximum minimum mod multiply "
            "multiply_no_nan ndtri negative not_equal polygamma pow reciprocal reciprocal_no_nan rint round rsqrt "
            "scalar_mul sigmoid sign sin sinh sqrt square squared_difference subtract tan tanh truediv xdivy "
            "xlog1py xlogy zeta"
        ),
        "12 nn": "sigmoid tanh",
    },
    "_ops.matrix_ops": {
        "1 tf": (
            "batch_to_space_nd depth_to_space diag diag_part extract_image_patches matrix_band_part matrix_diag "
            "matrix_diag_part matrix_set_diag space_to_depth"
        ),
        "12 tf": "edit_distance eye space_to_batch_nd",
        "12 linalg": (
            "band_part=matrix_band_part diag=matrix_diag diag_part=matrix_diag_part eye set_diag=matrix_set_diag "
            "tensor_diag=diag tensor_diag_part=diag_part"
        ),
        "1 image": "extract_image_patches",
        "1 manip": "batch_to_space_nd space_to_batch_nd",
        "1 nn": "depth_to_space space_to_depth",
        "2 nn": "depth_to_space=depth_to_space_v2 space_to_depth=space_to_depth_v2",
    },
    "_ops.nn_loss_ops": {
        "1 nn": (
            "sigmoid_cross_entropy_with_logits softmax_cross_entropy_with_logits "
            "softmax_cross_entropy_with_logits_v2 sparse_softmax_cross_entropy_with_logits "
            "weighted_cross_entropy_with_logits"
        ),
        "12 nn": "l2_loss log_poisson_loss",
        "2 nn": (
            "sigmoid_cross_entropy_with_logits=sigmoid_cross_entropy_with_logits_v2 "
            "softmax_cross_entropy_with_logits=softmax_cross_entropy_with_logits_v2_only "
            "sparse_softmax_cross_entropy_with_logits=sparse_softmax_cross_entropy_with_logits_v2 "
            "weighted_cross_entropy_with_logits=weighted_cross_entropy_with_logits_v2"
        ),
    },
    "_ops.nn_ops": {
        "1 math": "in_top_k log_softmax softmax",
        "12 math": "softplus softsign top_k zero_fraction",
        "2 math": "in_top_k=in_top_k_v2 log_softmax=log_softmax_v2 softmax=softmax_v2",
        "1 nn": "crelu dropout in_top_k log_softmax relu_layer softmax xw_plus_b",
        "12 nn": "bias_add elu leaky_relu relu relu6 selu silu=swish softplus softsign swish top_k zero_fraction",
        "2 nn": (
            "crelu=crelu_v2 dropout=dropout_v2 gelu in_top_k=in_top_k_v2 log_softmax=log_softmax_v2 softmax=softmax_v2"
        ),
    },
    "_ops.normalization_ops": {
        "1 linalg": "l2_normalize",
        "12 linalg": "normalize",
        "2 linalg": "l2_normalize=l2_normalize_v2",
        "1 math": "l2_normalize",
        "2 math": "l2_normalize=l2_normalize_v2",
        "1 nn": "fused_batch_norm l2_normalize moments sufficient_statistics weighted_moments",
        "12 nn": "batch_normalization local_response_normalization lrn normalize_moments",
        "2 nn": (
            "l2_normalize=l2_normalize_v2 moments=moments_v2 sufficient_statistics=sufficient_statistics_v2 "
            "weighted_moments=weighted_moments_v2"
        ),
    },
    "_ops.parsing_features": {
        "1 tf": "FixedLenFeature FixedLenSequenceFeature SparseFeature VarLenFeature",
        "12 io": "FixedLenFeature FixedLenSequenceFeature RaggedFeature SparseFeature VarLenFeature",
    },
    "_ops.parsing_ops": {
        "1 tf": "decode_json_example parse_example parse_single_example parse_single_sequence_example",
        "1 io": "parse_example parse_single_example",
        "12 io": "decode_json_example parse_sequence_example parse_single_sequence_example",
        "2 io": "parse_example=parse_example_v2 parse_single_example=parse_single_example_v2",
    },
    "_ops.placeholder_ops": {
        "1 tf": "check_numerics placeholder placeholder_with_default sparse_placeholder",
        "12 tf": "get_static_value guarantee_const histogram_fixed_width stop_gradient unravel_index",
        "12 debugging": "check_numerics",
        "1 sparse": "placeholder=sparse_placeholder",
    },
    "_ops.random_ops": {
        "1 tf": (
            "multinomial random_crop random_gamma random_normal random_poisson random_shuffle random_uniform "
            "truncated_normal"
        ),
        "1 random": "multinomial poisson=random_poisson stateless_multinomial",
        "12 image": "random_crop",
        "12 random": (
            "categorical gamma=random_gamma normal=random_normal shuffle=random_shuffle "
            "stateless_categorical=stateless_random_categorical stateless_normal=stateless_random_normal "
            "stateless_truncated_normal stateless_uniform=stateless_random_uniform truncated_normal "
            "uniform=random_uniform"
        ),
        "2 random": "poisson=random_poisson_v2",
    },
    "_ops.reduce_ops": {
        "1 tf": (
            "arg_max arg_min argmax argmin count_nonzero reduce_all reduce_any reduce_logsumexp reduce_max "
            "reduce_mean reduce_min reduce_prod reduce_sum segment_max segment_mean segment_min segment_prod "
            "segment_sum sparse_segment_mean sparse_segment_sqrt_n sparse_segment_sum unsorted_segment_max "
            "unsorted_segment_mean unsorted_segment_min unsorted_segment_prod unsorted_segment_sqrt_n "
            "unsorted_segment_sum"
        ),
        "2 tf": (
            "argmax=argmax_v2 argmin=argmin_v2 reduce_all=reduce_all_v2 reduce_any=reduce_any_v2 "
            "reduce_logsumexp=reduce_logsumexp_v2 reduce_max=reduce_max_v2 reduce_mean=reduce_mean_v2 "
            "reduce_min=reduce_min_v2 reduce_prod=reduce_prod_v2 reduce_sum=reduce_sum_v2"
        ),
        "1 math": (
            "argmax argmin count_nonzero reduce_all reduce_any reduce_logsumexp reduce_max reduce_mean reduce_min "
            "reduce_prod reduce_sum"
        ),
        "12 math": (
            "reduce_euclidean_norm reduce_std reduce_variance segment_max segment_mean segment_min segment_prod "
            "segment_sum unsorted_segment_max unsorted_segment_mean unsorted_segment_min unsorted_segment_prod "
            "unsorted_segment_sqrt_n unsorted_segment_sum"
        ),
        "2 math": (
            "argmax=argmax_v2 argmin=argmin_v2 count_nonzero=count_nonzero_v2 reduce_all=reduce_all_v2 "
            "reduce_any=reduce_any_v2 reduce_logsumexp=reduce_logsumexp_v2 reduce_max=reduce_max_v2 "
            "reduce_mean=reduce_mean_v2 reduce_min=reduce_min_v2 reduce_prod=reduce_prod_v2 "
            "reduce_sum=reduce_sum_v2"
        ),
        "1 sparse": "segment_mean=sparse_segment_mean segment_sqrt_n=sparse_segment_sqrt_n segment_sum=sparse_segment_sum",
        "2 sparse": (
            "segment_mean=sparse_segment_mean_v2 segment_sqrt_n=sparse_segment_sqrt_n_v2 "
            "segment_sum=sparse_segment_sum_v2"
        ),
    },
    "_ops.sampling_ops": {
        "1 nn": (
            "ctc_loss ctc_loss_v2 log_uniform_candidate_sampler nce_loss sampled_softmax_loss uniform_candidate_sampler"
        ),
        "2 nn": "ctc_loss=ctc_loss_v2 nce_loss=nce_loss_v2 sampled_softmax_loss=sampled_softmax_loss_v2",
        "12 random": "log_uniform_candidate_sampler uniform_candidate_sampler",
    },
    "_ops.script_ops": {
        "1 tf": "py_func",
        "12 tf": "numpy_function py_function",
    },
    "_ops.slice_ops": {
        "12 tf": "slice strided_slice",
    },
    "_ops.sparse_ops": {
        "1 io": "serialize_many_sparse serialize_sparse",
        "12 io": "deserialize_many_sparse",
        "2 io": "serialize_many_sparse=serialize_many_sparse_v2 serialize_sparse=serialize_sparse_v2",
        "1 tf": (
            "deserialize_many_sparse serialize_many_sparse serialize_sparse sparse_add sparse_concat sparse_fill_empty_rows sparse_maximum sparse_merge sparse_minimum "
            "sparse_reduce_max sparse_reduce_sum sparse_reorder sparse_reset_shape sparse_reshape sparse_retain "
            "sparse_slice sparse_softmax sparse_split sparse_tensor_dense_matmul sparse_tensor_to_dense "
            "sparse_to_dense sparse_to_indicator sparse_transpose"
        ),
        "1 sparse": (
            "add=sparse_add concat=sparse_concat matmul=sparse_tensor_dense_matmul merge=sparse_merge "
            "reduce_max=sparse_reduce_max reduce_sum=sparse_reduce_sum split=sparse_split"
        ),
        "12 sparse": (
            "cross_hashed=sparse_cross_hashed expand_dims=sparse_expand_dims eye=sparse_eye "
            "fill_empty_rows=sparse_fill_empty_rows from_dense maximum=sparse_maximum minimum=sparse_minimum "
            "reorder=sparse_reorder reset_shape=sparse_reset_shape reshape=sparse_reshape retain=sparse_retain "
            "slice=sparse_slice softmax=sparse_softmax sparse_dense_matmul=sparse_tensor_dense_matmul "
            "to_dense=sparse_tensor_to_dense to_indicator=sparse_to_indicator transpose=sparse_transpose"
        ),
        "2 sparse": (
            "add=sparse_add_v2 concat=sparse_concat_v2 reduce_max=sparse_reduce_max_v2 "
            "reduce_sum=sparse_reduce_sum_v2 split=sparse_split_v2"
        ),
    },
    "_ops.string_ops": {
        "1 tf": (
            "decode_base64 decode_csv decode_raw encode_base64 matching_files parse_tensor read_file reduce_join "
            "regex_replace serialize_tensor string_join string_split string_strip string_to_hash_bucket "
            "string_to_hash_bucket_fast string_to_hash_bucket_strong string_to_number substr write_file"
        ),
        "12 tf": "as_string",
        "1 dtypes": "as_string",
        "1 io": "decode_csv decode_raw",
        "12 io": "decode_base64 encode_base64 matching_files parse_tensor read_file serialize_tensor write_file",
        "2 io": "decode_csv=decode_csv_v2 decode_raw=decode_raw_v2",
        "1 strings": (
            "length=string_length reduce_join split=string_split_v1 substr to_hash_bucket=string_to_hash_bucket "
            "to_number=string_to_number"
        ),
        "12 strings": (
            "as_string format=string_format join=string_join lower=string_lower regex_full_match regex_replace "
            "strip=string_strip to_hash_bucket_fast=string_to_hash_bucket_fast "
            "to_hash_bucket_strong=string_to_hash_bucket_strong unicode_script upper=string_upper"
        ),
        "2 strings": (
            "length=string_length_v2 reduce_join=reduce_join_v2 split=string_split_v2 substr=substr_v2 "
            "to_hash_bucket=string_to_hash_bucket_v2 to_number=string_to_number_v2"
        ),
    },
    "_ops.tensor_array_ops": {
        "12 tf": "TensorArray",
    },
}
