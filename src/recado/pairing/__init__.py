"""Pairing by Bluetooth as a person asks for it on a screen: a row, done by the gateway, watched by the screen."""
