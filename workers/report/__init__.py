"""The record of a pour as PDF and as a workbook: pure functions of one input."""
