"""Reports of one verdict: for a pull request, code scanning, a test report, a log, a program, and a page."""
