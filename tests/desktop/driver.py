# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drives a GTK 4 program as a person would: AT-SPI to find and read, xdotool to point and type.

GTK 4.8 answers positions inside the window only, never says that a node is showing, and cannot be
told to give a node the focus: hence the detours below.
"""
import subprocess
import time

import pyatspi

WINDOW = pyatspi.WINDOW_COORDS
BULKY = (pyatspi.ROLE_LIST, pyatspi.ROLE_TABLE)


def wait(what, seconds=10):
    """Calls what() until it answers something true, and returns that."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            got = what()
        except Exception:  # a node vanished under our feet: look again
            got = None
        if got:
            return got
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


def nodes(root, deep=True):
    """root and all below it; with deep=False, not the insides of tables below it."""
    yield root
    for i in range(root.childCount):
        child = root[i]
        if child is None:
            continue
        if deep or child.getRole() not in BULKY:
            yield from nodes(child, deep)
        else:
            yield child


def extents(node):
    return node.queryComponent().getExtents(WINDOW)


class App:
    """A program that runs, found by its process id."""

    def __init__(self, pid, title):
        self.title = title
        self.root = wait(lambda: next((a for a in pyatspi.Registry.getDesktop(0)
                                       if a.get_process_id() == pid and a.childCount), None))
        self.frame = wait(lambda: next((w for w in self.root if w.name == title), None))

    def find(self, name, role=None):
        """The node with that name, however deep; it must have a size."""
        def look():
            for node in nodes(self.frame):
                if node.name == name and (role is None or node.getRole() == role):
                    area = extents(node)
                    if area.width > 0 and area.height > 0:
                        return node
            return None

        return wait(look)

    def geometry(self):
        """Of the window, the largest of its name: tooltips and drag icons bear it too."""
        windows = subprocess.check_output(
            ["xdotool", "search", "--onlyvisible", "--name", f"^{self.title}$"], text=True).split()
        found = []
        for window in windows:
            out = subprocess.run(["xdotool", "getwindowgeometry", "--shell", window], text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
            geo = dict(line.split("=") for line in out.split())
            if "WIDTH" in geo:  # it may have gone meanwhile
                found.append({name: int(value) for name, value in geo.items()})
        return max(found, key=lambda geo: geo["WIDTH"] * geo["HEIGHT"])

    def centre(self, node):
        """Position of a node's middle on the screen."""
        geo = self.geometry()
        frame = extents(self.frame)
        area = extents(node)
        shadow_x = (geo["WIDTH"] - frame.width) / 2
        shadow_y = (geo["HEIGHT"] - frame.height) / 2
        return (round(geo["X"] + shadow_x + area.x + area.width / 2),
                round(geo["Y"] + shadow_y + area.y + area.height / 2))

    def click(self, node, *keys, double=False):
        x, y = self.centre(node)
        for key in keys:
            xdo("keydown", key)
        xdo("mousemove", x, y, "click", "--repeat", 2 if double else 1, 1)
        for key in keys:
            xdo("keyup", key)

    def drag(self, start, end, steps=12):
        """From one point to another; GTK begins a drag only after some motion."""
        xdo("mousemove", *start, "mousedown", 1)
        for i in range(1, steps + 1):
            xdo("mousemove", *(round(a + (b - a) * i / steps) for a, b in zip(start, end)))
            time.sleep(0.02)
        xdo("mouseup", 1)


def xdo(*args):
    subprocess.check_call(["xdotool", *map(str, args)])


def keys(*names):
    xdo("key", *names)


def type_text(text, ms=5):
    xdo("type", "--delay", ms, "--", text)


def scan_code(text):
    """What a barcode scanner does: one burst, ended by Return."""
    xdo("type", "--delay", 1, "--args", 1, text, "key", "Return")
