"""The worker: huey runs jobs, the log decides them.

``pending(board)`` lists what the log still waits for. It is asked at the start, once a
minute and whenever the log grows; what it lists is queued, and each task looks again under
a lease before it works. So a job killed in the middle runs again, and none runs twice.
"""

from __future__ import annotations

from dashboard.jobs.worker import run_worker

__all__ = ["run_worker"]
