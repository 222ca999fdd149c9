"""Programme years, duties as tasks, reminders, plans filed, reports handed in, working days."""

from __future__ import annotations

from typing import Any

from nameko.timer import timer

from services.registry.handlers import (
    cycles,
    plan_acts,
    planning,
    plans,
    reminders,
    reports,
    task_acts,
    tasks,
    workdays,
)
from shared.contracts import registry_acts
from shared.contracts import registry_calendar as calendar
from shared.contracts.message import Shape
from shared.messaging.answer import accepts
from shared.messaging.tx import Tx, open_tx
from shared.runtime.database import engine_for

REMINDING_SECONDS = 600.0


class Calendar:
    """What is due, where, by when; what is on record of it; and the working-day table."""

    @accepts(calendar.GetProgramme)
    def get_programme(self, tx: Tx, command: calendar.GetProgramme) -> Shape:
        """The law at work at a node: its rounds, plan sections and report forms."""
        return cycles.get_programme(tx, command)

    @accepts(calendar.OpenCycle)
    def open_cycle(self, tx: Tx, command: calendar.OpenCycle) -> Shape:
        """Open a year of the actor's node; it keeps the pack in force today."""
        return cycles.open_cycle(tx, command)

    @accepts(calendar.ListCycles)
    def list_cycles(self, tx: Tx, command: calendar.ListCycles) -> dict[str, Any]:
        """The years opened in the actor's area, newest first."""
        return cycles.list_cycles(tx, command)

    @accepts(calendar.ListTasks)
    def list_tasks(self, tx: Tx, command: calendar.ListTasks) -> Shape:
        """A year's tasks of a node and those beneath it, late ones first."""
        return tasks.list_tasks(tx, command)

    @accepts(calendar.ListDuties)
    def list_duties(self, tx: Tx, command: calendar.ListDuties) -> dict[str, Any]:
        """Each duty of a year and the nodes that have not done it, by name."""
        return tasks.list_duties(tx, command)

    @accepts(calendar.GetTask)
    def get_task(self, tx: Tx, command: calendar.GetTask) -> Shape:
        """One task with its clause, what was done and which acts its reader may do."""
        return tasks.get_task(tx, command)

    @accepts(calendar.BeginTask)
    def begin_task(self, tx: Tx, command: calendar.BeginTask) -> Shape:
        """Say that the place will do this year what the text leaves to it."""
        return task_acts.begin_task(tx, command)

    @accepts(calendar.CloseTask)
    def close_task(self, tx: Tx, command: calendar.CloseTask) -> Shape:
        """Close a task by hand; late work is taken in and stays marked (A-05)."""
        return task_acts.close_task(tx, command)

    @accepts(calendar.ReopenTask)
    def reopen_task(self, tx: Tx, command: calendar.ReopenTask) -> Shape:
        """Take back a closing by hand, with the reason."""
        return task_acts.reopen_task(tx, command)

    @accepts(calendar.NoteTask)
    def note_task(self, tx: Tx, command: calendar.NoteTask) -> Shape:
        """Write down progress."""
        return task_acts.note_task(tx, command)

    @accepts(calendar.AssignTask)
    def assign_task(self, tx: Tx, command: calendar.AssignTask) -> Shape:
        """Name who sees to a task."""
        return task_acts.assign_task(tx, command)

    @accepts(calendar.ArrangeDuty)
    def arrange_duty(self, tx: Tx, command: calendar.ArrangeDuty) -> Shape:
        """Enter the day of a duty whose text leaves it to others."""
        return task_acts.arrange_duty(tx, command)

    @accepts(calendar.RunReminders)
    def run_reminders(self, tx: Tx, command: calendar.RunReminders) -> dict[str, Any]:
        """Write today's reminders of the actor's area; nothing is written twice."""
        return reminders.run_reminders(tx, command)

    @accepts(calendar.ListReminders)
    def list_reminders(self, tx: Tx, command: calendar.ListReminders) -> dict[str, Any]:
        """The inbox of the actor's own node."""
        return reminders.list_reminders(tx, command)

    @accepts(calendar.TickReminder)
    def tick_reminder(self, tx: Tx, command: calendar.TickReminder) -> Shape:
        """A person has taken note of a reminder."""
        return reminders.tick_reminder(tx, command)

    @timer(interval=REMINDING_SECONDS)
    def remind_once_a_day(self) -> None:
        """The first turn of a day writes every node's reminders, whichever process it is."""
        with open_tx(engine_for("registry"), service="registry") as tx:
            reminders.remind_all(tx)

    @accepts(calendar.ListWorkdays)
    def list_workdays(self, tx: Tx, command: calendar.ListWorkdays) -> Shape:
        """Every year on file, and which of the coming ones are not."""
        return workdays.list_workdays(tx, command)

    @accepts(calendar.SetWorkdays)
    def set_workdays(self, tx: Tx, command: calendar.SetWorkdays) -> Shape:
        """Enter or replace a year's days off and make-up days."""
        return workdays.set_workdays(tx, command)

    @accepts(calendar.CountWorkdays)
    def count_workdays(self, tx: Tx, command: calendar.CountWorkdays) -> Shape:
        """The day so many working days on, or how many lie between two days."""
        return workdays.count_workdays(tx, command)

    @accepts(registry_acts.AddDocument)
    def add_document(self, tx: Tx, command: registry_acts.AddDocument) -> Shape:
        """Hold an upper-level arrangement that plans carry out."""
        return plans.add_document(tx, command)

    @accepts(registry_acts.ListDocuments)
    def list_documents(self, tx: Tx, command: registry_acts.ListDocuments) -> dict[str, Any]:
        """Every arrangement on record in the actor's region."""
        return plans.list_documents(tx, command)

    @accepts(registry_acts.SavePlan)
    def save_plan(self, tx: Tx, command: registry_acts.SavePlan) -> Shape:
        """Keep a draft of the own node's next version."""
        return plan_acts.save_plan(tx, command)

    @accepts(registry_acts.IssuePlan)
    def issue_plan(self, tx: Tx, command: registry_acts.IssuePlan) -> Shape:
        """Issue the draft: what it fixes rules from now on."""
        return plan_acts.issue_plan(tx, command)

    @accepts(registry_acts.FilePlan)
    def file_plan(self, tx: Tx, command: registry_acts.FilePlan) -> Shape:
        """Issue a plan and file it with the office above in one act."""
        return plan_acts.file_plan(tx, command)

    @accepts(registry_acts.FileIssuedPlan)
    def file_issued_plan(self, tx: Tx, command: registry_acts.FileIssuedPlan) -> Shape:
        """File the issued plan with the office above."""
        return plan_acts.file_issued_plan(tx, command)

    @accepts(registry_acts.ReceivePlan)
    def receive_plan(self, tx: Tx, command: registry_acts.ReceivePlan) -> Shape:
        """The office above takes a plan in."""
        return plan_acts.receive_plan(tx, command)

    @accepts(registry_acts.GetPlan)
    def get_plan(self, tx: Tx, command: registry_acts.GetPlan) -> Shape:
        """The plan in force, or one of its versions."""
        return plans.get_plan(tx, command)

    @accepts(registry_acts.ListPlans)
    def list_plans(self, tx: Tx, command: registry_acts.ListPlans) -> dict[str, Any]:
        """Plans in force, nodes that have not filed, plans to be taken in."""
        return plans.list_plans(tx, command)

    @accepts(registry_acts.PlanningSheet)
    def planning_sheet(self, tx: Tx, command: registry_acts.PlanningSheet) -> Shape:
        """The register's figures for the plan's author: type, area, head-count band, risk."""
        return planning.planning_sheet(tx, command)

    @accepts(calendar.GetReport)
    def get_report(self, tx: Tx, command: calendar.GetReport) -> Shape:
        """A report as it is kept, or as it would begin."""
        return reports.get_report(tx, command)

    @accepts(calendar.ListReports)
    def list_reports(self, tx: Tx, command: calendar.ListReports) -> dict[str, Any]:
        """A year's reports in the actor's area, and who has not handed in."""
        return reports.list_reports(tx, command)

    @accepts(calendar.SaveReport)
    def save_report(self, tx: Tx, command: calendar.SaveReport) -> Shape:
        """Keep a draft of the own node's report."""
        return reports.save_report(tx, command)

    @accepts(calendar.SubmitReport)
    def submit_report(self, tx: Tx, command: calendar.SubmitReport) -> Shape:
        """Hand the report to the office above; late ones are taken and marked."""
        return reports.submit_report(tx, command)

    @accepts(calendar.ReceiveReport)
    def receive_report(self, tx: Tx, command: calendar.ReceiveReport) -> Shape:
        """Take a report in, or send it back with what is missing."""
        return reports.receive_report(tx, command)
