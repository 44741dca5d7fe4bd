"""The views of a picture of a network: which numbers stand where. `PICTURE_VIEWS` lists them.

Names and words only, so that the command line knows them without NumPy; `tracer.show.pictures.network`
looks the numbers up.
"""

from __future__ import annotations

from tracer.immutable import immutable
from tracer.language import message
from tracer.model.quantity import Kind
from tracer.show.pictures.picture import Mark


@immutable
class PictureView:
    """A row of the table: its name, what it shows, the kinds of numbers at each place.

    `neuron`: rows in a neuron; `edge`: numbers on an edge, from its beginning to its end; `bias`:
    rows of a bias. `drawn_by`: what gives the edge of a weight its colour and width, and that of a
    bias. `needs_data`: without `data` there is nothing to show;
    `needs_training` likewise.
    """

    name: str
    words: str
    heading: str
    neuron: tuple[Kind, ...]
    edge: tuple[Kind, ...]
    bias: tuple[Kind, ...]
    drawn_by: tuple[Kind, Kind]
    legend: tuple[Mark, ...]
    needs_data: bool = True
    needs_training: bool = False


_SIGNED = (
    Mark("positive", message("above 0")),
    Mark("negative", message("below 0")),
)

_ROWS = (
    PictureView(
        "forward",
        "a picture of the forward pass",
        message("Forward pass"),
        neuron=(Kind.NET, Kind.OUT),
        edge=(Kind.WEIGHT,),
        bias=(Kind.BIAS,),
        drawn_by=(Kind.WEIGHT, Kind.BIAS),
        legend=(*_SIGNED, Mark("width", message("the wider, the larger the weight"))),
        needs_data=False,
    ),
    PictureView(
        "backward",
        "a picture of the backward pass",
        message("Backward pass"),
        neuron=(Kind.DE_DOUT, Kind.SLOPE, Kind.DELTA),
        edge=(Kind.PATH, Kind.WEIGHT_GRADIENT),
        bias=(Kind.BIAS_GRADIENT,),
        drawn_by=(Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT),
        legend=(
            *_SIGNED,
            Mark("width", message("the wider, the larger the gradient")),
            Mark("words", message("← the part of ∂{ERROR}/∂{OUT} that came back along the edge")),
        ),
    ),
    PictureView(
        "update",
        "a picture of the update",
        message("Update"),
        neuron=(),
        edge=(Kind.WEIGHT, Kind.NEW_WEIGHT),
        bias=(Kind.BIAS, Kind.NEW_BIAS),
        drawn_by=(Kind.NEW_WEIGHT, Kind.NEW_BIAS),
        legend=(*_SIGNED, Mark("width", message("the wider, the larger the new weight"))),
        needs_training=True,
    ),
)

PICTURE_VIEWS: dict[str, PictureView] = {row.name: row for row in _ROWS}
DEFAULT_PICTURE = _ROWS[0].name
