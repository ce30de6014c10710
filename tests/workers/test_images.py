from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workers.errors import MediaError
from workers.media.images import MAX_IMAGE_PIXELS, read_image


def code_of_read(path: Path) -> str:
    with pytest.raises(MediaError) as caught:
        read_image(path)
    return caught.value.code


def test_every_exif_orientation_is_read_upright(test_data: Path) -> None:
    folder = test_data / "photos" / "orientation"
    # File 1 is the same scene in another tone.
    reference = read_image(folder / "landscape_3.jpg").astype(int)
    for number in (2, 4, 5, 6, 7, 8):
        image = read_image(folder / f"landscape_{number}.jpg")
        assert image.shape == reference.shape == (450, 600, 3)
        assert np.abs(image - reference).mean() < 8


@pytest.mark.parametrize("mode", ["L", "P", "1", "RGBA", "CMYK", "LA"])
def test_every_kind_of_pixel_becomes_rgb(tmp_path: Path, mode: str) -> None:
    source = Image.new("RGB", (8, 6), (255, 255, 255)).convert(mode)
    source.save(tmp_path / ("a.jpg" if mode == "CMYK" else "a.png"))
    image = read_image(next(tmp_path.iterdir()))
    assert image.shape == (6, 8, 3)
    assert image.dtype == np.uint8
    assert image.min() >= 254


def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path: Path) -> None:
    levels = np.array([[0, 128 << 8, 65535]], np.uint16)
    Image.fromarray(levels).save(tmp_path / "deep.png")
    assert read_image(tmp_path / "deep.png")[0, :, 0].tolist() == [0, 128, 255]


def test_a_file_that_is_no_picture_is_refused_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("not a picture")
    with pytest.raises(MediaError) as caught:
        read_image(tmp_path / "text.jpg")
    assert caught.value.code == "image_not_decodable"
    assert str(tmp_path) not in caught.value.message


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert code_of_read(tmp_path / "none.jpg") == "image_not_found"


def test_a_picture_above_the_limit_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    side = int(MAX_IMAGE_PIXELS**0.5) + 10
    # One bit per pixel: 15 MB on the way in, 360 MB if it were decoded to RGB.
    Image.new("1", (side, side)).save(tmp_path / "large.png")
    assert code_of_read(tmp_path / "large.png") == "image_too_large"


def test_every_malformed_file_is_refused_clearly_or_read(test_data: Path) -> None:
    codes = {}
    for path in sorted((test_data / "malformed").iterdir()):
        try:
            image = read_image(path)
            assert image.ndim == 3
            assert image.shape[2] == 3
        except MediaError as error:
            codes[path.name] = error.code
    assert codes["decompression_bomb.gif"] == "image_too_large"
    assert codes["reallybig.bmp"] == "image_too_large"
    assert codes["truncated_image.png"] == "image_not_decodable"
    assert codes["png_decompression_dos.png"] == "image_not_decodable"
    # Broken metadata around a good picture does no harm.
    readable = {"hopper_bad_exif.jpg", "invalid-exif.jpg", "exif-dpi-zerodivision.jpg"}
    assert not readable & set(codes)
