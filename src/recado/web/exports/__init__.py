"""What was found, as a file: CSV, XLSX and PDF of the whole result, with what was asked for written at its head.

document   what any of them is made of: heads, rows read one by one, the filters in words
comma      CSV that Excel opens rightly and that runs no formula
sheet      XLSX
paper      PDF
"""
