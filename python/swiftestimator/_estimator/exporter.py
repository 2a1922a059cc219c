"""Exporters: what happens to a model after an evaluation."""

import abc
import os

import numpy as np

from swiftestimator._border import function
from swiftestimator._estimator.arguments import fn_args
from swiftestimator._logging import get_logger

__all__ = ["BestExporter", "Exporter", "FinalExporter", "LatestExporter"]


class Exporter(abc.ABC):
    """Exports a model; subclasses say when and how."""

    @property
    @abc.abstractmethod
    def name(self):
        """The name of its folder below ``export``."""

    @abc.abstractmethod
    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Exports to ``export_path`` if it sees fit, and returns where to, or ``None``."""


class _SavedModelExporter(Exporter):
    def __init__(self, name, serving_input_receiver_fn, assets_extra, as_text):
        self._name = name
        self._serving_input_receiver_fn = serving_input_receiver_fn
        self._assets_extra, self._as_text = assets_extra, as_text

    @property
    def name(self):
        """The name of its folder below ``export``."""
        return self._name

    def _save(self, estimator, export_path, checkpoint_path):
        return estimator.export_saved_model(
            export_path, self._serving_input_receiver_fn, assets_extra=self._assets_extra, as_text=self._as_text,
            checkpoint_path=checkpoint_path,
        )  # fmt: skip


class FinalExporter(_SavedModelExporter):
    """Exports once, when training has ended."""

    def __init__(self, name, serving_input_receiver_fn, assets_extra=None, as_text=False):
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text)

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """The export's folder; ``None`` before the end."""
        if not is_the_final_export:
            return None
        get_logger().info("Performing the final export in the end of training.")
        return self._save(estimator, export_path, checkpoint_path)


class LatestExporter(_SavedModelExporter):
    """Exports after every evaluation, and keeps the newest."""

    def __init__(self, name, serving_input_receiver_fn, assets_extra=None, as_text=False, exports_to_keep=5):
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text)
        function("driver.check_exports_to_keep")(exports_to_keep)
        self._exports_to_keep = exports_to_keep

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """The export's folder."""
        result = self._save(estimator, export_path, checkpoint_path)
        function("driver.remove_old_exports")(os.fspath(export_path), self._exports_to_keep)
        return result


def _loss_smaller(best_eval_result, current_eval_result):
    """Whether the loss has become smaller."""
    key = "loss"
    if not best_eval_result or key not in best_eval_result:
        raise ValueError("best_eval_result cannot be empty or no loss is found in it.")
    if not current_eval_result or key not in current_eval_result:
        raise ValueError("current_eval_result cannot be empty or no loss is found in it.")
    return bool(best_eval_result[key] > current_eval_result[key])


class BestExporter(_SavedModelExporter):
    """Exports when an evaluation was better than all before, also those of earlier runs in the same folder.

    ``compare_fn(best_eval_result, current_eval_result)`` says whether the current result is better; by default a
    smaller loss is.
    """

    def __init__(
        self, name="best_exporter", serving_input_receiver_fn=None, event_file_pattern="eval/*.tfevents.*",
        compare_fn=_loss_smaller, assets_extra=None, as_text=False, exports_to_keep=5,
    ):  # fmt: skip
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text)
        if compare_fn is None:
            raise ValueError("`compare_fn` must not be None.")
        names = set(fn_args(compare_fn))
        for wanted in ("best_eval_result", "current_eval_result"):
            if wanted not in names:
                raise ValueError(f"compare_fn ({compare_fn}) must include {wanted} argument.")
        unknown = sorted(names - {"best_eval_result", "current_eval_result"})
        if unknown:
            raise ValueError(f"compare_fn ({compare_fn}) has following not expected args: {unknown}")
        function("driver.check_exports_to_keep")(exports_to_keep)
        self._compare_fn, self._event_file_pattern = compare_fn, event_file_pattern
        self._exports_to_keep = exports_to_keep
        self._model_dir, self._best_eval_result, self._has_exported = None, None, False

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """The export's folder; ``None`` when the result was not better."""
        if self._model_dir != estimator.model_dir and self._event_file_pattern:
            self._model_dir = estimator.model_dir
            get_logger().info("Loading best metric from event files.")
            self._best_eval_result = function("driver.best_result")(
                os.path.join(self._model_dir, self._event_file_pattern), self._is_better
            )
        better = self._best_eval_result is None or not self._has_exported
        if not better and not self._is_better(self._best_eval_result, eval_result):
            return None
        get_logger().info("Performing best model export.")
        self._best_eval_result = eval_result
        result = self._save(estimator, export_path, checkpoint_path)
        function("driver.remove_old_exports")(os.fspath(export_path), self._exports_to_keep)
        self._has_exported = True
        return result

    def _is_better(self, best, current):
        better = self._compare_fn(best_eval_result=best, current_eval_result=current)
        return bool(np.asarray(better))
