"""How are the mails of a source or type counted, exactly and without slowing anything?

What changes a mail inserts a mark for its cohort, the hour in which it was created, and nothing more. A sweep takes
the marks and counts those cohorts anew from the log itself. So the figures are a function of the log: reports that
come twice, late or shuffled cannot make them wrong.
"""
