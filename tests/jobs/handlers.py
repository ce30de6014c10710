"""Handlers that a test gives to a kind of job."""

import time

from django.db import OperationalError

from apps.common.errors import Conflict
from apps.jobs.control import JobControl
from apps.jobs.models import Job, JobState

calls: list[str] = []


def good(job: Job, control: JobControl) -> None:
    calls.append(str(job.pk))
    control.progress(0.5)


def refuses(job: Job, control: JobControl) -> None:
    raise Conflict("It cannot be done.", code="not_so")


def breaks(job: Job, control: JobControl) -> None:
    calls.append(str(job.pk))
    raise RuntimeError("a bug")


def away(job: Job, control: JobControl) -> None:
    calls.append(str(job.pk))
    if len(calls) == 1:
        raise OperationalError("server has gone away")


def endless(job: Job, control: JobControl) -> None:
    calls.append(str(job.pk))
    while True:
        control.check()
        time.sleep(0.02)


def finishes_although_cancelled(job: Job, control: JobControl) -> None:
    Job.objects.filter(pk=job.pk).update(state=JobState.CANCELLING)


def loses_its_lease(job: Job, control: JobControl) -> None:
    Job.objects.filter(pk=job.pk).update(lease_owner="somebody else")
