"""For those who write lessons: new files, derived files, and the proof that a lesson works."""
