"""What all tests start from."""

import signal

# A process started in the background may have been told to ignore Ctrl-C, and would hand that on to the programs that the
# tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
