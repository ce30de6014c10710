"""What the check of an uploaded video says, for good files and for hostile ones."""

import hashlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.media import make_audio, make_video
from workers.errors import MediaError
from workers.media.check import check_video
from workers.media.frame_index import FrameIndex
from workers.media.probe import VideoFacts, probe_video

MALFORMED_BUT_PLAYABLE = {
    "bbb_sunflower_QCIF_30fps_h263_noaudio_1f.3gp": 1,
    "h264_white_frame_sar_16_9.mp4": 1,
    "metadata_gnre.mp4": 1,
    "no_timescale.mp4": 182,
    "tiny_av1.mp4": 1,
    "video_colr_nclx_hdr10.mp4": 3,
    "video_colr_nclx_hlg.mp4": 3,
    "video_colr_nclx_rgb.mp4": 3,
    "video_rotation_90.mp4": 1,
}


def code_of_check(path: Path, index_path: Path) -> str:
    """The code with which the check refuses a file; it must leave no index behind."""
    with pytest.raises(MediaError) as caught:
        check_video(path, index_path)
    assert not index_path.exists()
    assert caught.value.message
    assert "\n" not in caught.value.message
    assert str(path.parent) not in caught.value.message
    return caught.value.code


def test_a_good_video_gives_facts_digest_and_index(vtest: Path, tmp_path: Path) -> None:
    checked = check_video(vtest, tmp_path / "index")
    assert checked.facts == VideoFacts(
        container="mp4",
        codec="h264",
        pixel_format="yuv420p",
        bit_depth=8,
        width=480,
        height=360,
        rotation_degrees=0,
        duration_seconds=79.5,
        frame_rate=10.0,
        frame_count=795,
        is_variable_frame_rate=False,
        has_audio=True,
        browser_playable=True,
    )
    assert checked.sha256 == hashlib.sha256(vtest.read_bytes()).hexdigest()
    assert len(FrameIndex.load(tmp_path / "index")) == 795


def test_facts_survive_being_stored(small_video: Path) -> None:
    facts = probe_video(small_video)
    assert VideoFacts.from_json(facts.to_json()) == facts


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        ("rotated.mp4", {"rotation": 90}, {"width": 120, "height": 160, "rotation_degrees": 90}),
        ("wide.mp4", {"pixel_aspect": Fraction(2)}, {"width": 320, "height": 120}),
        (
            "odd.mkv",
            {"size": (161, 121), "pix_fmt": "yuv444p"},
            {"width": 161, "height": 121, "container": "matroska"},
        ),
        ("ten.mp4", {"pix_fmt": "yuv420p10le"}, {"bit_depth": 10, "browser_playable": False}),
        ("plain.mov", {}, {"container": "mov", "browser_playable": True}),
        ("plain.mkv", {}, {"browser_playable": False}),
        ("vp9.webm", {"codec": "libvpx-vp9"}, {"container": "webm", "browser_playable": True}),
        ("old.avi", {"codec": "mpeg4"}, {"container": "avi", "browser_playable": False}),
        ("variable.mp4", {"variable": True}, {"is_variable_frame_rate": True, "frame_count": 10}),
    ],
)
def test_facts_of_made_videos(
    tmp_path: Path, name: str, settings: dict[str, Any], expected: dict[str, Any]
) -> None:
    make_video(tmp_path / name, seconds=1, **settings)
    facts = probe_video(tmp_path / name).to_json()
    assert {key: facts[key] for key in expected} == expected


def test_facts_of_hevc_and_av1(test_data: Path) -> None:
    hevc = probe_video(test_data / "video" / "h265_video.mp4")
    assert (hevc.codec, hevc.frame_count, hevc.browser_playable) == ("hevc", 10, False)
    av1 = probe_video(test_data / "video" / "av1_video.mkv")
    assert (av1.codec, av1.width, av1.height, av1.browser_playable) == ("av1", 640, 360, False)


def test_of_several_streams_the_best_is_used_and_browsers_are_not_trusted(test_data: Path) -> None:
    # Two video streams, 320x180 and 480x270; a browser would show the first.
    facts = probe_video(test_data / "video" / "nasa_13013.mp4")
    assert (facts.width, facts.height, facts.frame_count) == (480, 270, 390)
    assert (facts.has_audio, facts.browser_playable) == (True, False)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    assert code_of_check(tmp_path / "empty.mp4", tmp_path / "index") == "video_empty"


@pytest.mark.parametrize(
    "text",
    [
        "These are not the frames you are looking for.\n" * 100,
        # Playlists and scripts would make FFmpeg open what they name.
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile /etc/passwd\n",
    ],
)
def test_text_that_is_called_a_video_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "text.mp4").write_text(text)
    assert code_of_check(tmp_path / "text.mp4", tmp_path / "index") == "video_not_decodable"


def test_a_picture_is_refused(test_data: Path, tmp_path: Path) -> None:
    path = test_data / "photos" / "orientation" / "landscape_1.jpg"
    assert code_of_check(path, tmp_path / "index") == "video_is_picture"


def test_a_file_with_sound_only_is_refused(tmp_path: Path) -> None:
    make_audio(tmp_path / "audio.mp4")
    assert code_of_check(tmp_path / "audio.mp4", tmp_path / "index") == "video_no_stream"


def test_a_file_without_its_end_is_refused_when_the_table_of_contents_was_there(
    small_video: Path, tmp_path: Path
) -> None:
    data = small_video.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: len(data) // 2])
    assert code_of_check(tmp_path / "cut.mp4", tmp_path / "index") == "video_not_decodable"


def test_a_file_cut_after_its_table_of_contents_is_called_truncated(tmp_path: Path) -> None:
    whole = tmp_path / "whole.mp4"
    make_video(whole, container_options={"movflags": "+faststart"})
    data = whole.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: -len(data) // 4])
    assert code_of_check(tmp_path / "cut.mp4", tmp_path / "index") == "video_truncated"


def test_an_encrypted_video_is_refused(tmp_path: Path) -> None:
    make_video(
        tmp_path / "encrypted.mp4",
        container_options={
            "encryption_scheme": "cenc-aes-ctr",
            "encryption_key": "76a6c65c5ea762046bd749a2e632ccbb",
            "encryption_kid": "a7e61c373e219033c21091fa607bf3b8",
        },
    )
    assert code_of_check(tmp_path / "encrypted.mp4", tmp_path / "index") == "video_encrypted"


def test_pictures_of_absurd_size_are_refused_before_memory_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "absurd.avi"
    make_video(path, codec="mjpeg", pix_fmt="yuvj420p", seconds=1)
    data = bytearray(path.read_bytes())
    for i in range(len(data) - 9):
        if data[i : i + 4] == b"\xff\xc0\x00\x11":  # the frame header: length, depth, height, width
            data[i + 5 : i + 9] = b"\xff\xdc\xff\xdc"
    path.write_bytes(data)
    assert code_of_check(path, tmp_path / "index") in {"video_not_decodable", "video_too_large"}


def test_a_name_that_looks_like_an_address_is_a_name(tmp_path: Path) -> None:
    path = tmp_path / "http:" / "concat:a|b%d<b>视频.mp4"
    path.parent.mkdir()
    make_video(path, seconds=0.5)
    assert probe_video(path).frame_count == 5


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.mp4"):
        with pytest.raises(MediaError) as caught:
            probe_video(path)
        assert caught.value.code == "video_not_found"


def test_nothing_is_said_about_a_file_that_the_disk_does_not_give(tmp_path: Path) -> None:
    # The kernel answers with EIO to who reads where nothing is mapped.
    with pytest.raises(OSError, match="Input/output error"):
        check_video("/proc/self/mem", tmp_path / "index")
    with pytest.raises(FileNotFoundError):
        check_video(tmp_path / "none.mp4", tmp_path / "index")


def test_every_malformed_file_is_refused_clearly_or_read_right(
    test_data: Path, tmp_path: Path
) -> None:
    playable, refused = {}, {}
    for path in sorted((test_data / "malformed").iterdir()):
        try:
            playable[path.name] = check_video(path, tmp_path / "index").facts.frame_count
        except MediaError as error:
            refused[path.name] = error
    assert playable == MALFORMED_BUT_PLAYABLE
    assert all(error.code.startswith("video_") for error in refused.values())
    assert not any(str(test_data) in error.message for error in refused.values())
    assert refused["zero_empty_stsc.mp4"].code == "video_truncated"
    assert refused["afconvert-aac-0.5s.mp4"].code == "video_no_stream"
    assert refused["truncated_image.png"].code == "video_is_picture"
