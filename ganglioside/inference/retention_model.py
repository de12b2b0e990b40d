"""The retention model as a scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from ganglioside.errors import ModelError
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.features import TableSource, read_features
from ganglioside.reading.headers import match_header
from ganglioside.support.arrays import FloatArray
from ganglioside.support.on_demand import ShownAsCard
from ganglioside.support.priors import Priors

#: Names of lipids, one for each sample: a name, a list, a column, or a table with such a column.
Names = str | Sequence[str] | pd.Series | pd.DataFrame | npt.NDArray[Any]


class RetentionModel(ShownAsCard, RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """RT = offset(series, isomer) + f(ceramide), f shared by all series.

    Parameters
    ----------
    priors : Priors, optional
        Priors of the model; the usual ones where omitted.

    Attributes
    ----------
    model_ : FittedModel
        Lines, curve and predictions with interval and basis.
    lines_ : pandas.DataFrame
        One row per series and isomer: series, isomer, n, n_anchors, offset, offset_se (min).
    slope_ : float
        RT that one carbon adds, min.
    sigma_ : float
        Scatter of features about their line, min.
    n_features_in_ : int
        1: the name.

    Examples
    --------
    >>> import ganglioside as gg
    >>> table = gg.example()
    >>> model = gg.RetentionModel().fit(table)
    >>> model.predict(["GM3(36:1;O2)"]).round(1)
    array([11.3])

    Names and their RT alone, as any estimator of scikit-learn takes them:

    >>> from sklearn.model_selection import cross_val_predict
    >>> anchors = table.data[table.data["anchor"]]
    >>> predicted = cross_val_predict(gg.RetentionModel(), anchors["name"], anchors["rt"], cv=5)
    >>> predicted.shape == anchors["rt"].shape
    True
    """

    def __init__(self, priors: Priors | None = None) -> None:
        self.priors = priors

    def fit(self, X: TableSource | Names, y: npt.ArrayLike | None = None) -> RetentionModel:  # noqa: N803
        """Fit to a feature table, or to names and their RT.

        Parameters
        ----------
        X
            Anything that `read_features` reads, its RT included; or, with `y`, names: a
            sequence, or a table with a column of names (and further columns, such as Anchor).
        y : array-like of float, shape (n,), optional
            RT in min of each name.

        Returns
        -------
        RetentionModel
            The estimator itself.

        Raises
        ------
        ReadError, ValidationError
            If the table cannot be read or lacks what is needed.
        ModelError
            If it allows no retention curve; the message says why.

        Examples
        --------
        >>> import ganglioside as gg
        >>> gg.RetentionModel().fit(gg.example()).lines_.columns.tolist()
        ['series', 'isomer', 'n', 'n_anchors', 'offset', 'offset_se']
        """
        table = X if isinstance(X, FeatureTable) else read_features(_as_table(X, y))
        model = FittedModel.fitted_to(table, self.priors)
        if not model.is_fitted:
            raise ModelError(model.reason)
        self.model_ = model
        self.lines_ = model.lines
        self.slope_ = model.slope
        self.sigma_ = model.sigma
        self.n_features_in_ = 1
        return self

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Text and card: scikit-learn would show its diagram of an estimator."""
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def predict(self, X: Names) -> FloatArray:  # noqa: N803
        """RT of each name, min, shape (n,); of several isomers that of the line with most features.

        Parameters
        ----------
        X
            n names: a sequence, a column, or a table with a column of names.

        Returns
        -------
        numpy.ndarray, shape (n,)

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        NameFormError
            If a name cannot be read.

        Examples
        --------
        >>> import ganglioside as gg
        >>> gg.RetentionModel().fit(gg.example()).predict("GM3(36:1;O2)").round(1)
        array([11.3])
        """
        check_is_fitted(self)
        return self.model_.predict_one(_names(X))

    def predict_lines(self, names: Names) -> pd.DataFrame:
        """Prediction of each name on each isomer line, with interval and basis.

        Parameters
        ----------
        names
            n names: a sequence, a column, or a table with a column of names.

        Returns
        -------
        pandas.DataFrame
            name, isomer, predicted_rt, lower, upper (95 %, min), basis; see
            `FittedModel.predict`.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        NameFormError
            If a name cannot be read.

        Examples
        --------
        >>> import ganglioside as gg
        >>> model = gg.RetentionModel().fit(gg.example())
        >>> model.predict_lines("GD1(36:1;O2)")["isomer"].tolist()
        ['GD1a', 'GD1b']
        """
        check_is_fitted(self)
        return self.model_.predict(_names(names))


def _as_table(source: Any, rt: npt.ArrayLike | None) -> Any:
    """Input for `read_features`; names with their RT become a table."""
    if rt is None:
        return source
    further = source if isinstance(source, pd.DataFrame) else pd.DataFrame()
    kept = {str(title): list(column) for title, column in further.items()}
    return pd.DataFrame({**kept, "Name": _names(source), "RT": np.asarray(rt, dtype=np.float64)})


def _names(source: Names) -> list[str]:
    """Names of a sequence, a column, or a table with a column of names."""
    if isinstance(source, pd.DataFrame):
        titles = [str(title) for title in source.columns]
        column = match_header(titles).positions.get("name", 0)
        return [str(name) for name in source.iloc[:, column]]
    return [str(name) for name in np.asarray(source, dtype=object).ravel()]
