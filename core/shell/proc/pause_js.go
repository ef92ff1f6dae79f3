package proc

import "time"

// pause gives the event loop a turn: without it neither a message that cancels
// the run nor a deadline would ever arrive.
func pause() { time.Sleep(time.Nanosecond) }
