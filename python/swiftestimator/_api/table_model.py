"""Names of variables, layers, losses, metrics and optimizers."""

_INITIALIZERS = (
    "zeros=Zeros ones=Ones constant=Constant random_uniform=RandomUniform random_normal=RandomNormal "
    "truncated_normal=TruncatedNormal uniform_unit_scaling=UniformUnitScaling variance_scaling=VarianceScaling "
    "glorot_uniform=GlorotUniform glorot_normal=GlorotNormal orthogonal=Orthogonal identity=Identity "
    "he_normal=HeNormal he_uniform=HeUniform lecun_normal=LecunNormal lecun_uniform=LecunUniform"
)

TABLE = {
    "_model.rnn_cells": {
        "1 nn.rnn_cell": ("RNNCell BasicRNNCell BasicLSTMCell LSTMCell GRUCell LSTMStateTuple"),
    },
    "_model.rnn_wrappers": {
        "1 nn.rnn_cell": "MultiRNNCell DropoutWrapper ResidualWrapper DeviceWrapper",
        "2 nn": (
            "RNNCellDropoutWrapper=DropoutWrapper RNNCellResidualWrapper=ResidualWrapper "
            "RNNCellDeviceWrapper=DeviceWrapper"
        ),
    },
    "_model.rnn": {
        "1 nn": "dynamic_rnn bidirectional_dynamic_rnn static_rnn static_bidirectional_rnn",
    },
    "_model.variables": {
        "12 tf": "Variable VariableSynchronization VariableAggregation",
        "1 tf": (
            "global_variables all_variables=global_variables local_variables trainable_variables model_variables "
            "moving_average_variables variables_initializer initialize_variables global_variables_initializer "
            "initialize_all_variables local_variables_initializer initialize_local_variables tables_initializer "
            "count_up_to report_uninitialized_variables is_variable_initialized assign assign_add assign_sub scatter_update "
            "scatter_add scatter_sub scatter_mul scatter_div scatter_min scatter_max scatter_nd_update scatter_nd_add "
            "scatter_nd_sub"
        ),
        "1 initializers": "global_variables=global_variables_initializer variables=variables_initializer "
        "local_variables=local_variables_initializer tables_initializer",
    },
    "_model.templates": {"1 tf": "make_template"},
    "_model.scopes": {
        "1 tf": (
            "AUTO_REUSE VariableScope get_variable get_local_variable get_variable_scope variable_scope "
            "variable_op_scope no_regularizer fixed_size_partitioner variable_axis_size_partitioner "
            "min_max_variable_partitioner op_scope"
        ),
        "12 tf": "variable_creator_scope",
    },
    "_model.initializers": {
        "1 initializers": _INITIALIZERS,
        "1 tf": (
            "zeros_initializer=Zeros ones_initializer=Ones constant_initializer=Constant "
            "random_uniform_initializer=RandomUniform random_normal_initializer=RandomNormal "
            "truncated_normal_initializer=TruncatedNormal uniform_unit_scaling_initializer=UniformUnitScaling "
            "variance_scaling_initializer=VarianceScaling glorot_uniform_initializer=GlorotUniform "
            "glorot_normal_initializer=GlorotNormal orthogonal_initializer=Orthogonal"
        ),
    },
    "_model.layers": {
        "1 layers": "Layer Dense Dropout Flatten BatchNormalization dense dropout flatten batch_normalization"
    },
    "_model.layers_conv": {
        "1 layers": (
            "Conv1D Conv2D Conv3D Conv2DTranspose Conv3DTranspose SeparableConv1D SeparableConv2D conv1d conv2d conv3d "
            "conv2d_transpose conv3d_transpose separable_conv1d separable_conv2d"
        ),
    },
    "_model.layers_pooling": {
        "1 layers": (
            "MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D max_pooling1d "
            "max_pooling2d max_pooling3d average_pooling1d average_pooling2d average_pooling3d"
        ),
    },
    "_model.losses": {
        "1 losses": (
            "Reduction absolute_difference cosine_distance hinge_loss huber_loss log_loss mean_squared_error "
            "mean_pairwise_squared_error sigmoid_cross_entropy softmax_cross_entropy sparse_softmax_cross_entropy "
            "compute_weighted_loss add_loss get_losses get_regularization_losses get_regularization_loss get_total_loss"
        ),
    },
    "_model.metrics": {
        "1 metrics": (
            "mean mean_tensor accuracy mean_absolute_error mean_squared_error root_mean_squared_error "
            "mean_relative_error mean_cosine_distance percentage_below precision recall true_positives true_negatives "
            "false_positives false_negatives true_positives_at_thresholds true_negatives_at_thresholds "
            "false_positives_at_thresholds false_negatives_at_thresholds precision_at_thresholds recall_at_thresholds "
            "sensitivity_at_specificity specificity_at_sensitivity mean_iou mean_per_class_accuracy auc recall_at_k "
            "precision_at_k recall_at_top_k precision_at_top_k average_precision_at_k "
            "sparse_precision_at_k=precision_at_k sparse_average_precision_at_k=average_precision_at_k"
        ),
    },
    "_model.optimizers": {
        "1 train": (
            "Optimizer GradientDescentOptimizer MomentumOptimizer AdamOptimizer AdagradOptimizer AdagradDAOptimizer "
            "FtrlOptimizer RMSPropOptimizer AdadeltaOptimizer ProximalAdagradOptimizer ProximalGradientDescentOptimizer"
        ),
    },
    "_model.decays": {
        "1 train": (
            "exponential_decay natural_exp_decay inverse_time_decay polynomial_decay piecewise_constant "
            "piecewise_constant_decay=piecewise_constant cosine_decay cosine_decay_restarts linear_cosine_decay "
            "noisy_linear_cosine_decay"
        ),
    },
    "_model.moving_averages": {"12 train": "ExponentialMovingAverage"},
    "_model.summary": {
        "1 summary": "scalar histogram image audio text tensor_summary merge merge_all get_summary_description initialize"
    },
    "_model.global_step": {
        "1 train": ("create_global_step get_global_step get_or_create_global_step assert_global_step global_step"),
    },
}
