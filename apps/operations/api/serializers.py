"""Shapes of the operations API, in the order of docs/api.md."""

from typing import Any

from rest_framework import serializers


class LivenessSerializer(serializers.Serializer[dict[str, Any]]):
    status = serializers.ChoiceField(["ok"])


class ChecksSerializer(serializers.Serializer[dict[str, Any]]):
    database = serializers.CharField(help_text="`ok`, or what is wrong.")
    redis = serializers.CharField()
    broker = serializers.CharField()
    disk = serializers.CharField()


class ReadinessSerializer(serializers.Serializer[dict[str, Any]]):
    status = serializers.ChoiceField(["ok", "unavailable"])
    checks = ChecksSerializer()


class WorkerSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    host = serializers.CharField()
    pid = serializers.IntegerField()
    queues = serializers.ListField(child=serializers.CharField())
    device = serializers.CharField()
    started_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    current = serializers.CharField(allow_null=True, help_text="What it works on, in words.")


class QueueSerializer(serializers.Serializer[dict[str, Any]]):
    name = serializers.CharField()
    waiting = serializers.IntegerField(help_text="Messages that no worker has taken yet.")


class GpuSerializer(serializers.Serializer[dict[str, Any]]):
    name = serializers.CharField()
    memory_total_bytes = serializers.IntegerField()
    memory_used_bytes = serializers.IntegerField()
    utilization_percent = serializers.IntegerField()


class DiskSerializer(serializers.Serializer[dict[str, Any]]):
    path = serializers.CharField()
    total_bytes = serializers.IntegerField()
    free_bytes = serializers.IntegerField()
    reserve_bytes = serializers.IntegerField()
    media_bytes = serializers.IntegerField()


class MemorySerializer(serializers.Serializer[dict[str, Any]]):
    total_bytes = serializers.IntegerField()
    available_bytes = serializers.IntegerField()


class DatabaseSerializer(serializers.Serializer[dict[str, Any]]):
    vendor = serializers.CharField()
    version = serializers.CharField()
    ok = serializers.BooleanField()


class RedisSerializer(serializers.Serializer[dict[str, Any]]):
    version = serializers.CharField()
    ok = serializers.BooleanField()
    used_memory_bytes = serializers.IntegerField()


class SystemSerializer(serializers.Serializer[dict[str, Any]]):
    version = serializers.CharField()
    workers = WorkerSerializer(many=True)
    queues = QueueSerializer(many=True)
    gpus = GpuSerializer(many=True)
    disk = DiskSerializer()
    memory = MemorySerializer()
    database = DatabaseSerializer()
    redis = RedisSerializer()
