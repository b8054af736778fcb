"""The workbook that officers forward: one module for each sheet, text always text."""
