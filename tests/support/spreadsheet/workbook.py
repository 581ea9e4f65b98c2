"""Looks into a workbook, or writes decisions into it, as a person with a spreadsheet would.

    workbook.py look FILE      prints what kinds of cells there are, as JSON
    workbook.py decide FILE    reads decisions by finding id from standard input, as JSON
"""

import datetime
import json
import sys

import openpyxl

COLUMNS = ("decision", "decision_reason", "decision_by", "decision_expires")


def look(book):
    rows = list(book.active.iter_rows())
    names = [cell.value for cell in rows[0]]
    kinds = {name: sorted({cells[place].data_type for cells in rows[1:] if cells[place].value is not None})
             for place, name in enumerate(names)}
    formulas = [cell.coordinate for cells in rows for cell in cells if cell.data_type == "f"]
    print(json.dumps({"rows": len(rows), "columns": len(names), "kinds": kinds, "formulas": formulas}))


def decide(book, decisions):
    rows = list(book.active.iter_rows())
    place = {cell.value: number for number, cell in enumerate(rows[0])}
    for cells in rows[1:]:
        for column, text in zip(COLUMNS, decisions.get(cells[place["finding_id"]].value, ())):
            is_day = column == "decision_expires" and text
            cells[place[column]].value = datetime.date.fromisoformat(text) if is_day else text


def main():
    action, path = sys.argv[1:]
    book = openpyxl.load_workbook(path)
    if action == "look":
        look(book)
    else:
        decide(book, json.load(sys.stdin))
        book.save(path)


main()
