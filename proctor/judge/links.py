"""Links to the processes of one submission: the notebook's, and those that know one model each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from proctor.channel.student import Link
from proctor.channel.wire import Reference
from proctor.errors import StudentError
from proctor.jail.client import Jail
from proctor.jail.run import NotebookRun
from proctor.models.view import ModelView

ASKED_OF_A_COPY = {"describe", "predict", "weights"}
"""Requests about a model that a copy of it answers, in a jail without student code."""
READ_ONLY_REQUESTS = {"get", "attribute", "item", "length", "fetch"}
"""Requests that run no student code that could change a model (see `channel.answer`)."""


class NotebookLink:
    """A link to the process that ran the notebook; if that ends, `alive` runs the notebook again.

    That process could lie about a model. So what a model is made of and what it predicts is asked
    of one and the same copy, which is kept until a request may have changed the model.

    Args:
        run: the notebook's run.
        copy_model: makes the copy of a model in the notebook's jail, from a reference to it; None
            if there can be none, and the notebook's process is believed.
        note_other_layers: called with the layers of two copies of a model, where they differ.
    """

    def __init__(
        self,
        run: NotebookRun,
        copy_model: Callable[[Jail, Any], ModelView | None],
        note_other_layers: Callable[[str, str], None],
    ):
        self._run = run
        self._jail = run.jail
        self._copy_model = copy_model
        self._note_other_layers = note_other_layers
        self._copies: dict[int, ModelView | None] = {}
        self._layers: dict[int, str] = {}

    def ask(self, request: dict[str, Any]) -> Any:
        """Ask the notebook's process, or the copy of the model that the request is about."""
        if request["op"] in ASKED_OF_A_COPY:
            try:
                return self._ask_copy(request)
            except StudentError as error:
                if error.type != "ProcessEnded" or self._jail.ended:
                    raise
            # All copies are in one jail, which another model may have ended.
            self._copies.clear()
            return self._ask_copy(request)
        if request["op"] not in READ_ONLY_REQUESTS:
            self._copies.clear()
        try:
            return self._jail.ask(request)
        except StudentError as error:
            if request["op"] == "get" and error.type == "NameError" and not error.where:
                name = str(request.get("name"))
                like = self._jail.ask({"op": "like", "name": name})
                raise StudentError("Missing", self._run.why_missing(name, like)) from None
            raise

    def _ask_copy(self, request: dict[str, Any]) -> Any:
        model = request["of"]
        copy = self._find_copy(model)
        if copy is not None and request["op"] == "predict" and copy.input_shape is None:
            # Without an `Input`, Keras makes the weights when the model itself is first asked.
            self._jail.ask(request)
            del self._copies[model.number]
            copy = self._find_copy(model)
            if copy is not None and copy.input_shape is None:
                raise StudentError("ValueError", "the model has no weights in the file that it is saved as")
        if copy is None:
            return self._jail.ask(request)
        if request["op"] == "describe":
            return copy.description
        return copy.weights if request["op"] == "weights" else copy._predict(request["inputs"], request["batch_size"])  # noqa: SLF001  it is checked where it was asked for

    def _find_copy(self, model: Reference) -> ModelView | None:
        if model.number not in self._copies:
            copy = self._copies[model.number] = self._copy_model(self._jail, model)
            if copy is not None and copy.input_shape is not None:
                layers = ", ".join(f"{layer.class_name} ({layer.parameters:,})" for layer in copy.layers)
                if self._layers.setdefault(model.number, layers) != layers:
                    self._note_other_layers(self._layers[model.number], layers)
        return self._copies[model.number]

    def revived(self) -> Link:
        """This link, or one to a new process in which the notebook has run again."""
        if not self._jail.ended:
            return self
        self._run.restart()
        return NotebookLink(self._run, self._copy_model, self._note_other_layers)


class ModelLink:
    """A link to a jail that has loaded a model and is asked about nothing else."""

    def __init__(self, jail: Jail):
        self._jail = jail

    def ask(self, request: dict[str, Any]) -> Any:
        """Ask the jail about its model."""
        return self._jail.ask(request)

    def revived(self) -> Link:
        """This link, even if its process has ended: a model that ended it is not loaded again."""
        return self


class RetriedLink(ModelLink):
    """A link to a jail without student code.

    If the process ends or does not answer in time, a library is to blame, and this processor
    perhaps. So a second jail makes all models anew and is asked once more.

    Args:
        jail: the first jail.
        try_again: starts the second one; it is given what happened in the first.
    """

    def __init__(self, jail: Jail, try_again: Callable[[StudentError], Jail]):
        super().__init__(jail)
        self._try_again: Callable[[StudentError], Jail] | None = try_again
        self._made: list[tuple[dict[str, Any], Reference]] = []
        self._anew: dict[int, Reference] = {}  # number in the first jail → the same model in the second

    def ask(self, request: dict[str, Any]) -> Any:
        """Ask the jail about its model, or a second jail if the first one fails."""
        try:
            found = super().ask(self._translate(request))
        except StudentError as failure:
            if failure.type not in ("ProcessEnded", "Timeout") or self._try_again is None:
                raise
            self._jail, self._try_again = self._try_again(failure), None
            for made, reference in self._made:
                self._anew[reference.number] = super().ask(made)
            found = super().ask(self._translate(request))
        if isinstance(found, Reference) and self._try_again is not None:
            self._made.append((request, found))
        return found

    def _translate(self, request: dict[str, Any]) -> dict[str, Any]:
        of = request.get("of")
        return {**request, "of": self._anew.get(of.number, of)} if isinstance(of, Reference) else request
