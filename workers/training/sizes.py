"""The sizes of D-FINE, as published (arXiv 2410.13842), and one for small pictures."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import DFineConfig

_STRIDES = (8, 16, 32)


@dataclass(frozen=True, slots=True)
class Size:
    """The numbers that make one size.

    Attributes:
        stem: channels within and after the first layers.
        inner: channels within the four stages of the backbone.
        outer: channels after each stage.
        blocks: of each stage.
        layers: of each block.
        is_scaled: whether the backbone's activations have a learned scale and bias.
        levels: how many strides are looked at, the coarsest first: 2 are 32 and 16, 3 also 8.
        encoder_width: channels of the encoder.
        decoder_width: channels of the decoder.
        encoder_ffn: inner channels of the encoder.
        decoder_ffn: inner channels of the decoder.
        decoder_layers: how often boxes are refined.
        expansion: of the encoder's blocks.
        depth: factor for the number of the encoder's blocks.
        box_scale: how finely boxes are refined.
    """

    stem: tuple[int, int]
    inner: tuple[int, int, int, int]
    outer: tuple[int, int, int, int]
    blocks: tuple[int, int, int, int]
    layers: int
    is_scaled: bool
    levels: int
    encoder_width: int
    decoder_width: int
    encoder_ffn: int
    decoder_ffn: int
    decoder_layers: int
    expansion: float
    depth: float
    box_scale: float = 4.0


_B0 = (16, 16), (16, 32, 64, 128), (64, 256, 512, 1024), (1, 1, 2, 1), 3
_B2 = (24, 32), (32, 64, 128, 256), (96, 384, 768, 1536), (1, 1, 3, 1), 4
_B4 = (32, 48), (48, 96, 192, 384), (128, 512, 1024, 2048), (1, 1, 3, 1), 6
_B5 = (32, 64), (64, 128, 256, 512), (128, 512, 1024, 2048), (1, 2, 5, 2), 6

_NANO = Size(*_B0, True, 2, 128, 128, 512, 512, 3, 0.34, 0.5)

SIZES = {
    "nano": _NANO,
    # Nano with the fine stride that small inputs need, without scales, which cost a tenth.
    "nano-fine": replace(_NANO, levels=3, is_scaled=False),
    "small": Size(*_B0, True, 3, 256, 256, 1024, 1024, 3, 0.5, 0.34),
    "medium": Size(*_B2, True, 3, 256, 256, 1024, 1024, 4, 1.0, 0.67),
    "large": Size(*_B4, False, 3, 256, 256, 1024, 1024, 6, 1.0, 1.0),
    "xlarge": Size(*_B5, False, 3, 384, 256, 2048, 1024, 6, 1.0, 1.0, 8.0),
}


def build_config(
    name: str,
    labels: "Sequence[str]",
    *,
    queries: int | None = None,
    denoising: int | None = None,
) -> "DFineConfig":
    """Return the configuration of an untrained detector.

    Args:
        name: a key of `SIZES`.
        labels: in the order of the model's outputs.
        queries: None for 300.
        denoising: None for 100.
    """
    from transformers import DFineConfig, HGNetV2Config

    size = SIZES[name]
    strides = _STRIDES[-size.levels :]
    # A field that the library takes, but does not declare.
    taken: dict[str, Any] = {"out_indices": [2, 3, 4][-size.levels :]}
    backbone = HGNetV2Config(
        stem_channels=[3, *size.stem],
        stage_in_channels=[size.stem[-1], *size.outer[:-1]],
        stage_mid_channels=list(size.inner),
        stage_out_channels=list(size.outer),
        stage_num_blocks=list(size.blocks),
        stage_downsample=[False, True, True, True],
        stage_light_block=[False, False, True, True],
        stage_kernel_size=[3, 3, 5, 5],
        stage_numb_of_layers=[size.layers] * 4,
        use_learnable_affine_block=size.is_scaled,
        depths=list(size.blocks),
        hidden_sizes=list(size.outer),
        **taken,
    )
    return DFineConfig(
        backbone_config=backbone,
        # Frozen, as is usual for a pretrained backbone, they learn nothing from scratch.
        freeze_backbone_batch_norms=False,
        encoder_in_channels=list(size.outer[-size.levels :]),
        encoder_hidden_dim=size.encoder_width,
        encoder_ffn_dim=size.encoder_ffn,
        encode_proj_layers=[size.levels - 1],
        hidden_expansion=size.expansion,
        depth_mult=size.depth,
        feat_strides=list(strides),
        num_feature_levels=size.levels,
        d_model=size.decoder_width,
        decoder_in_channels=[size.encoder_width] * size.levels,
        decoder_ffn_dim=size.decoder_ffn,
        decoder_layers=size.decoder_layers,
        reg_scale=size.box_scale,
        decoder_n_points=[6, 6] if size.levels == 2 else [3, 6, 3],
        num_queries=queries or 300,
        num_denoising=100 if denoising is None else denoising,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
    )
