"""Phones by Bluetooth, through BlueZ's D-Bus interfaces."""
