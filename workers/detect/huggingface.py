"""D-FINE, RT-DETR, DETR and other detectors from folders of Hugging Face's library."""

from workers.detect.engine import Engine, EngineDetector, HostEngine
from workers.detect.folder import ModelFolder
from workers.detect.prepared import prepare_on_cpu
from workers.detect.set_heads import QueryHead
from workers.detect.spec import DetectorSpec
from workers.device import torch_device
from workers.errors import DetectorError


class HuggingFaceDetector(EngineDetector):
    """The detector of kind `dfine`: a folder with `config.json` and `model.safetensors`.

    On CUDA it runs in torch, in half precision and in batches; on a CPU in whatever was measured
    to be fastest. Pictures are stretched to the input.
    """

    kind = "dfine"

    def __init__(self, spec: DetectorSpec) -> None:
        if spec.path is None:
            raise DetectorError("detector_not_loadable", "A detector of this kind needs a folder.")
        folder = ModelFolder.read(spec.path)
        if spec.digest and folder.digest != spec.digest:
            raise DetectorError(
                "detector_digest_mismatch",
                f"The folder {spec.path.name} is not the one that was registered: its digest is "
                f"{folder.digest}.",
            )
        if spec.classes is not None and len(spec.classes) != len(folder.labels):
            raise DetectorError(
                "detector_classes_mismatch",
                f"The model has {len(folder.labels)} classes, but {len(spec.classes)} names were "
                "given.",
            )
        threshold = spec.score_threshold_or(folder.score_threshold)
        engine, head = _load(folder, spec, threshold)
        super().__init__(
            spec,
            digest=folder.digest,
            labels=spec.classes or folder.labels,
            head=head,
            score_threshold=threshold,
            input_size=folder.input_size,
            engine=engine,
        )


def _load(folder: ModelFolder, spec: DetectorSpec, threshold: float) -> tuple[Engine, QueryHead]:
    if torch_device() == "cpu":
        runtime, head, cost_s = prepare_on_cpu(folder, spec.cache_folder)
        input_format = head.input_format(*folder.input_size)
        return HostEngine(runtime, head, input_format, threshold, seconds_per_picture=cost_s), head
    import torch

    from workers.detect.torch_model import TorchEngine, load_box_model

    model, head = load_box_model(folder)
    return TorchEngine(model, head, threshold, torch.device(torch_device())), head
