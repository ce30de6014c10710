"""Results of equal work are copied inside the database: the same work is not done twice."""

from django.db import connection

from apps.analysis.models import Segment

COPY = """
INSERT INTO analysis_frameresult
    (run_id, segment_id, video_id, segment_number,
     frame, pts_seconds, width, height, boxes, scores, labels, pdq, pdq_quality)
SELECT %s, %s, %s, %s,
     frame, pts_seconds, width, height, boxes, scores, labels, pdq, pdq_quality
FROM analysis_frameresult WHERE segment_id = %s ORDER BY frame
"""


def results_copy(*, donor: Segment, segment: Segment) -> int:
    """Give the segment the donor's frame results; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            COPY, [segment.run_id, segment.pk, segment.video_id, segment.number, donor.pk]
        )
        return int(cursor.rowcount)
