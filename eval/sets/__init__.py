"""The labelled sets: one loader a kind, each giving frozen records or a sentence about the line that is wrong."""
