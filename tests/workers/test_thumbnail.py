from pathlib import Path

import pytest
from PIL import Image

from tests.media import is_upright, make_audio, make_video
from workers.errors import MediaError
from workers.media.images import read_image
from workers.media.thumbnail import make_thumbnail


@pytest.mark.parametrize(("name", "kind"), [("a.jpg", "JPEG"), ("a.webp", "WEBP")])
def test_it_is_an_upright_picture_of_the_wanted_width(tmp_path: Path, name: str, kind: str) -> None:
    make_video(tmp_path / "a.mp4", size=(640, 480), rotation=180, seconds=0.5)
    make_thumbnail(tmp_path / "a.mp4", tmp_path / name, width=160)
    with Image.open(tmp_path / name) as image:
        assert (image.format, image.size) == (kind, (160, 120))
    assert is_upright(read_image(tmp_path / name))


def test_a_small_video_is_not_enlarged(tmp_path: Path) -> None:
    make_video(tmp_path / "a.mp4", size=(160, 120), seconds=0.5)
    make_thumbnail(tmp_path / "a.mp4", tmp_path / "a.jpg")
    assert read_image(tmp_path / "a.jpg").shape == (120, 160, 3)


def test_a_file_that_is_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    make_audio(tmp_path / "audio.mp4")
    with pytest.raises(MediaError):
        make_thumbnail(tmp_path / "audio.mp4", tmp_path / "a.jpg")
    assert [path.name for path in tmp_path.iterdir()] == ["audio.mp4"]
