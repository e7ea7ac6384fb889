"""The second feedback to a reporter, at the end of the service (clock C5, Wmo 2015 art. 4.1.1)."""

from domain.effects import Open
from domain.step import Context


def second_feedback(ctx: Context) -> tuple[Open, ...]:
    """One for each reporter who wants feedback and was not told of an end before; due from now."""
    told = {step.subject for step in ctx.case.of_kind("reporter_feedback")}
    owed = (f"2-{report.id}" for report in ctx.case.reports if report.feedback_wanted)
    return tuple(Open("reporter_feedback", subject, start=ctx.now) for subject in owed if subject not in told)
