# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desktop client as a person uses it, on top of the driver of the widget tests."""
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "desktop"))

import pyatspi  # noqa: E402
import driver  # noqa: E402
from driver import extents, keys, nodes, type_text, xdo  # noqa: E402,F401
from lab import BUILD, DESKTOP, PATIENCE, environment, wait  # noqa: E402

BUTTON = pyatspi.ROLE_PUSH_BUTTON
TOGGLE = pyatspi.ROLE_TOGGLE_BUTTON
CELL = pyatspi.ROLE_TABLE_CELL


def shot(name):
    """Keeps a picture of the screen for people; says nothing about right or wrong."""
    folder = pathlib.Path(os.environ.get("MNS_SHOTS") or BUILD / "shots")
    folder.mkdir(parents=True, exist_ok=True)
    time.sleep(0.6)  # transitions are over, so that the picture is of something
    subprocess.call(["import", "-window", "root", str(folder / f"{name}.png")])


def show_sensitive(node):
    return node.getState().contains(pyatspi.STATE_SENSITIVE)


def nodes_shown(root):
    """Without the screens of the history below the shown one, which is the last: GTK 4.8 does not
    say that a node is showing."""
    yield root
    children = [root[i] for i in range(root.childCount)]
    if children and all(c is not None and c.name == "GtkStackPage" for c in children):
        yield from nodes(children[-1])
        return
    for child in children:
        if child is not None:
            yield from nodes_shown(child)


def find_in(root, wanted, role):
    """The first node with a size whose name is, or passes, wanted."""
    for node in nodes_shown(root):
        name = node.name or ""
        good = wanted(name) if callable(wanted) else name == wanted
        if good and (role is None or node.getRole() == role):
            area = extents(node)
            if area.width > 0 and area.height > 0 and area.x >= 0 and area.y >= 0:
                return node
    return None


class ClientEnded(Exception):
    """The client went away by itself."""


class Desk(driver.App):
    """A running client."""

    def __init__(self, url, user, password_file, state, log, env=None, *more):
        settings = environment()
        settings.update(env or {})
        self.process = subprocess.Popen(
            [str(DESKTOP), "--server", url, "--user", user, "--password-file", str(password_file),
             "--state", str(state), *more], stderr=log, env=settings)
        self.title = "Meniscus"
        self.root = self.patiently(lambda: next(
            (a for a in pyatspi.Registry.getDesktop(0)
             if a.get_process_id() == self.process.pid and a.childCount), None), "the client is there")
        self.frame = self.patiently(lambda: next(
            (w for w in self.root if w.name == self.title), None), "its window is there")

    def patiently(self, what, told, seconds=PATIENCE):
        def look():
            if self.process.poll() is not None:
                raise ClientEnded(f"the client ended with {self.process.returncode}")
            try:
                return what()
            except Exception:  # a node vanished under our feet: look again
                return None

        return wait(look, told, seconds)

    def find(self, wanted, role=None, root=None):
        told = wanted if isinstance(wanted, str) else "a node of that kind"
        return self.patiently(lambda: find_in(root or self.frame, wanted, role), f"shown: {told}")

    def starting(self, text, role=None):
        return self.patiently(
            lambda: find_in(self.frame, lambda name: name.startswith(text), role), f"shown: {text}…")

    def gone(self, wanted, role=None):
        self.patiently(lambda: find_in(self.frame, wanted, role) is None, f"gone: {wanted}")

    def point(self, wanted, role=None):
        """Where what is wanted is, once it is there twice in a row: layouts take their time, and
        lists give their rows to others."""
        last = None

        def place():
            nonlocal last
            node = find_in(self.frame, wanted, role)
            here = self.centre(node) if node is not None else None
            same, last = here is not None and here == last, here
            return here if same else None

        return self.patiently(place, f"at rest: {wanted}")

    def hit(self, wanted, role=None):
        """Points at it and clicks."""
        xdo("mousemove", *self.point(wanted, role), "click", 1)

    def press(self, wanted, role=BUTTON, then=None):
        """Clicks a button as soon as it may be pressed. On a busy machine a banner may push the
        button away under the pointer: then is what must come of it, and a person who sees nothing
        happen clicks again."""
        for attempt in range(3):
            self.patiently(lambda: show_sensitive(find_in(self.frame, wanted, role)),
                           f"may be pressed: {wanted}")
            self.hit(wanted, role)
            if then is None:
                return None
            try:
                return self.patiently(then, f"came of {wanted}", seconds=PATIENCE / 4)
            except AssertionError:
                if attempt == 2:
                    raise
                shot(f"again-{attempt}")
                print(f"# pressed again: {wanted}", flush=True)
        return None

    def drag_to(self, wanted, role, target, then):
        """Drags as a person does, who sees what is dragged before letting it go."""
        for attempt in range(4):
            start, end = self.point(wanted, role), self.point(target)
            pause = 0.15 * (attempt + 1)
            xdo("mousemove", *start, "mousedown", 1)
            time.sleep(pause)
            for i in range(1, 17):
                xdo("mousemove", *(round(a + (b - a) * i / 16) for a, b in zip(start, end)))
                time.sleep(pause / 4)
            time.sleep(pause)
            xdo("mouseup", 1)
            try:
                return self.patiently(then, f"came of dragging {wanted}", seconds=PATIENCE / 6)
            except AssertionError:
                if attempt == 3:
                    raise
                print(f"# dragged again: {wanted}", flush=True)
        return None

    def shows(self, wanted, role=None):
        return lambda: find_in(self.frame, wanted, role)

    def act(self, wanted, role=BUTTON):
        """Presses a button as a screen reader does."""
        node = self.find(wanted, role)
        self.patiently(lambda: show_sensitive(node), f"may be pressed: {wanted}")
        action = node.queryAction()
        names = [action.getName(i) for i in range(action.nActions)]
        action.doAction(names.index("click"))

    def dialog(self, title):
        return self.patiently(lambda: next(
            (w for w in self.root if w.name == title or find_in(w, title, None) and w != self.frame),
            None), f"dialog {title}")

    def answer(self, title, button):
        """Answers a dialog as a screen reader does; libadwaita says each label twice."""
        window = self.dialog(title)
        node = self.find(lambda name: name in (button, f"{button} {button}"), BUTTON, window)
        self.patiently(lambda: show_sensitive(node), f"may be pressed: {button}")
        action = node.queryAction()
        action.doAction([action.getName(i) for i in range(action.nActions)].index("click"))

    def focus_by_tab(self, wanted):
        """Presses Tab until a node whose name passes wanted has the focus."""
        for _ in range(30):
            focused = next((n for n in nodes_shown(self.frame)
                            if n.getState().contains(pyatspi.STATE_FOCUSED)), None)
            if focused is not None and wanted(focused.name or ""):
                return focused
            keys("Tab")
            time.sleep(0.1)
        raise AssertionError("Tab does not lead there")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def describe(root, depth=0, lines=None):
    """What a screen reader would find, for a failure's report."""
    lines = [] if lines is None else lines
    if len(lines) < 250:
        lines.append(f"{'  ' * depth}{root.getRoleName()} {root.name!r}")
        for i in range(min(root.childCount, 40)):
            if root[i] is not None:
                describe(root[i], depth + 1, lines)
    return lines


def put_on_clipboard(text):
    """Lends the clipboard to a program that holds the text, as another window would."""
    holder = subprocess.Popen(["xclip", "-selection", "clipboard", "-quiet", "-loops", "0"],
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, text=True)
    holder.stdin.write(text)
    holder.stdin.close()
    wait(lambda: subprocess.run(["xclip", "-selection", "clipboard", "-o"], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout == text,
         "the clipboard holds the text")
    return holder
