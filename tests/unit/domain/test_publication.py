"""The layer that fits the picture on screen."""

import pytest

from folkmoot.domain.publication import Layer, choose_layer

LANDSCAPE = (Layer(0, 320, 180), Layer(1, 640, 360), Layer(2, 1280, 720))
PORTRAIT = (Layer(0, 180, 320), Layer(1, 360, 640), Layer(2, 720, 1280))


@pytest.mark.parametrize("layers", [LANDSCAPE, PORTRAIT])
@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(100, 100, 0), (320, 180, 0), (321, 181, 1), (640, 360, 1), (1280, 720, 2), (4000, 3000, 2)],
)
def test_the_smallest_layer_that_covers_the_picture(
    layers: tuple[Layer, ...], width: int, height: int, expected: int
) -> None:
    assert choose_layer(layers, width=width, height=height) == expected


@pytest.mark.parametrize(("quality", "expected"), [(0, 0), (1, 1), (2, 2), (9, 2), (-1, 0)])
def test_without_a_size_the_quality_decides(quality: int, expected: int) -> None:
    assert choose_layer(LANDSCAPE, quality=quality) == expected


def test_without_announced_layers_the_quality_decides() -> None:
    assert choose_layer((), quality=1, width=5000, height=5000) == 1
