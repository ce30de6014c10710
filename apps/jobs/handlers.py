"""Who does the work of each kind of job, by import string: loaded by the worker that needs it.

To add a kind: a member of `JobKind`, a handler here, an entry in GPU_KINDS where it needs the
device, and, where something must follow however the job ends, an entry in ENDINGS.
"""

from apps.jobs.models import JobKind

# def handler(job: Job, control: JobControl) -> None
HANDLERS: dict[JobKind, str] = {
    JobKind.VIDEO_CHECK: "apps.projects.video_jobs.check",
    JobKind.VIDEO_PROXY: "apps.projects.video_jobs.proxy",
    JobKind.VIDEO_PURGE: "apps.projects.video_jobs.video_purge",
    JobKind.PROJECT_PURGE: "apps.projects.video_jobs.purge",
    JobKind.PROJECT_SAMPLE: "apps.samples.services.sample_run",
    JobKind.DETECTOR_DOWNLOAD: "apps.detectors.services.imports.download_run",
    JobKind.DETECTOR_IMPORT: "apps.detectors.services.imports.import_run",
    JobKind.DETECTOR_EXPORT: "apps.detectors.services.exports.export_run",
    JobKind.DETECTOR_EVALUATION: "apps.detectors.services.evaluations.evaluation_run",
    JobKind.EVALUATION_SET: "apps.detectors.services.sets.set_run",
    JobKind.INSPECTION: "apps.inspection.services.computing.compute",
    JobKind.CAMERA_MOVEMENT: "apps.inspection.services.camera.measure",
    JobKind.DATASET_FRAMES: "apps.datasets.jobs.frames",
    JobKind.DATASET_PRELABEL: "apps.datasets.jobs.prelabel",
    JobKind.DATASET_IMPORT: "apps.datasets.jobs.import_",
    JobKind.TRAINING: "apps.training.running.training_run",
    JobKind.FINDING_EVIDENCE: "apps.evidence.services.evidence.evidence_make",
    JobKind.REPORT: "apps.evidence.services.reports.report_write",
}

# Kinds that need the device that detectors run on; all others wait more than they compute.
GPU_KINDS: frozenset[JobKind] = frozenset(
    {
        JobKind.DETECTOR_IMPORT,
        JobKind.DETECTOR_EXPORT,
        JobKind.DETECTOR_EVALUATION,
        JobKind.DATASET_PRELABEL,
        JobKind.TRAINING,
    }
)

QUEUES = ("gpu", "io")


def queue_of(kind: JobKind) -> str:
    """The queue whose workers do jobs of this kind."""
    return "gpu" if kind in GPU_KINDS else "io"


# def ended(job: Job) -> None, called once when the job has completed, failed or was cancelled, in
# the transaction of whoever moved it: its worker, the reaper, or the request that cancelled it.
ENDINGS: dict[JobKind, str] = {
    JobKind.ANALYSIS: "apps.analysis.services.endings.run_ended",
    JobKind.VIDEO_CHECK: "apps.projects.video_jobs.check_ended",
    JobKind.PROJECT_SAMPLE: "apps.samples.services.sample_ended",
    JobKind.DETECTOR_DOWNLOAD: "apps.detectors.services.imports.download_ended",
    JobKind.DETECTOR_IMPORT: "apps.detectors.services.imports.import_ended",
    JobKind.EVALUATION_SET: "apps.detectors.services.sets.set_ended",
    JobKind.INSPECTION: "apps.inspection.services.requests.inspection_ended",
    JobKind.TRAINING: "apps.training.telling.training_ended",
    JobKind.FINDING_EVIDENCE: "apps.evidence.services.evidence.evidence_ended",
    JobKind.REPORT: "apps.evidence.services.reports.report_ended",
}

# def reap(*, resend_all: bool) -> None: what the reaper calls every few seconds. `resend_all` says
# that the broker has lost what was in it.
REAPERS = (
    "apps.jobs.reaper.jobs_reap",
    "apps.analysis.services.segments.segments_reap",
    "apps.inspection.services.requests.inspections_reap",
    "apps.evidence.services.evidence.evidence_reap",
)

# def sweep() -> None, about once an hour.
SWEEPS = (
    "apps.projects.services.sweeping.sweep",
    "apps.detectors.services.sweeping.sweep",
    "apps.accounts.services.sessions_sweep",
    "apps.inspection.services.computing.leftovers_sweep",
    "apps.evidence.services.files.sweep",
)

# def removed(project_id: int) -> None, when a project that somebody deleted is gone for good.
PURGES = ("apps.evidence.services.files.project_removed",)
