"""Tiny detectors of Hugging Face's library with random weights, for tests."""

import json
from pathlib import Path
from typing import Any

import torch
from transformers import DFineConfig, DFineForObjectDetection, HGNetV2Config

LABELS = ("worker", "vibrator_in", "vibrator_out")
# Width and height differ, so that a slip between them shows.
INPUT_SIZE = (96, 64)
# One for each cell of the two scales: what is chosen among them does not hang on rounding.
_QUERIES = 6 * 4 + 3 * 2


def save_tiny_dfine(folder: Path, **facts: Any) -> Path:
    """Write a D-FINE of a few thousand weights, and `cvd.json` with these facts besides its own."""
    torch.manual_seed(7)
    backbone: dict[str, Any] = {
        "stem_channels": [3, 8, 8],
        "stage_in_channels": [8, 16, 16, 32],
        "stage_mid_channels": [8, 8, 8, 8],
        "stage_out_channels": [16, 16, 32, 32],
        "stage_num_blocks": [1, 1, 1, 1],
        "stage_numb_of_layers": [1, 1, 1, 1],
        "stage_light_block": [False, False, True, True],
        "hidden_sizes": [16, 16, 32, 32],
        "depths": [1, 1, 1, 1],
        "out_indices": [3, 4],
    }
    config = DFineConfig(
        backbone_config=HGNetV2Config(**backbone),
        encoder_in_channels=[32, 32],
        encoder_hidden_dim=32,
        encoder_ffn_dim=32,
        encoder_attention_heads=4,
        encode_proj_layers=[1],
        feat_strides=[16, 32],
        hidden_expansion=0.5,
        depth_mult=0.5,
        d_model=32,
        decoder_in_channels=[32, 32],
        decoder_ffn_dim=32,
        decoder_layers=2,
        decoder_attention_heads=4,
        decoder_n_points=[2, 2],
        num_feature_levels=2,
        num_queries=_QUERIES,
        id2label=dict(enumerate(LABELS)),
        label2id={label: number for number, label in enumerate(LABELS)},
    )
    model = DFineForObjectDetection(config).eval()
    with torch.no_grad():
        for weights in model.parameters():
            # As they are made, all queries answer nearly the same.
            weights.add_(0.1 * torch.randn_like(weights))
    model.save_pretrained(folder)
    ours = {"input_size": INPUT_SIZE, "labels": dict(enumerate(LABELS)), **facts}
    (folder / "cvd.json").write_text(json.dumps(ours))
    return folder
