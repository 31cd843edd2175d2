#!/usr/bin/env python3
"""Headless Chromium, controlled through a pipe by its DevTools protocol, with the standard library only.

    chromium.py PAGE.html PICTURE.png [WIDTH] [dark] [print]      # to look at a page

As a module: `with Chromium() as browser: page = browser.open(path, width=390)`."""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

# Works as root, without a bus, without /dev/shm and without a graphics card.
FLAGS = """--headless=new --remote-debugging-pipe --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run
--no-default-browser-check --disable-extensions --disable-background-networking --disable-component-update
--disable-sync --disable-features=Translate,MediaRouter,OptimizationHints --hide-scrollbars --mute-audio
--force-color-profile=srgb""".split()


class Chromium:
    """The browser. It runs until the `with` block ends."""

    def __init__(self):
        self.binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if not self.binary:
            raise SystemExit("chromium is not installed")

    def __enter__(self):
        self.home = tempfile.TemporaryDirectory(prefix="mlmembench-browser-")
        to_browser, self.out = os.pipe()
        self.into, from_browser = os.pipe()

        def descriptors():  # the protocol uses the descriptors 3 and 4
            reader, writer = os.dup(to_browser), os.dup(from_browser)
            high = [os.dup2(reader, 103), os.dup2(writer, 104)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.log = open(os.path.join(self.home.name, "log"), "wb")
        self.process = subprocess.Popen(
            [self.binary, *FLAGS, f"--user-data-dir={self.home.name}/profile", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, preexec_fn=descriptors, close_fds=False,
            env={**os.environ, "HOME": self.home.name, "DBUS_SESSION_BUS_ADDRESS": "disabled:"})
        os.close(to_browser)
        os.close(from_browser)
        self.rest, self.number, self.events = b"", 0, []
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
            self.process.wait(20)
        except Exception:  # it must end in any case
            self.process.kill()
            self.process.wait()
        os.close(self.out)
        os.close(self.into)
        self.log.close()
        self.home.cleanup()

    def message(self):
        """Returns the next message from the browser."""
        while b"\0" not in self.rest:
            data = os.read(self.into, 1 << 20)
            if not data:
                with open(self.log.name, encoding="utf-8", errors="replace") as log:
                    raise RuntimeError("chromium has ended:\n" + log.read()[-2000:])
            self.rest += data
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, session=None, **params):
        self.number += 1
        request = {"id": self.number, "method": method, "params": params}
        if session:
            request["sessionId"] = session
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        while True:
            message = self.message()
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            self.events.append(message)

    def event(self, name, session):
        """Waits for an event."""
        while True:
            for i, event in enumerate(self.events):
                if event.get("method") == name and event.get("sessionId") == session:
                    return self.events.pop(i)["params"]
            self.events.append(self.message())

    def open(self, path, **how):
        return Page(self, path, **how)


class Page:
    """A page in a window of its own."""

    def __init__(self, browser, path, width=1200, height=900, dark=False, script=True, media="screen"):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.target = target
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.requests = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self.call("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
        browser.event("Page.loadEventFired", self.session)

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def evaluate(self, expression):
        """The value of an expression in the page. An exception in the page is raised here."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def press(self, key):
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                      windowsVirtualKeyCode={"Enter": 13, "Tab": 9, "Escape": 27}[key], **text)

    def _events(self, name):
        self.call("Runtime.evaluate", expression="0")  # all events up to now have arrived
        return [event["params"] for event in self.browser.events
                if event.get("method") == name and event.get("sessionId") == self.session]

    def complaints(self):
        """The messages of the console, and uncaught exceptions."""
        said = [f"{p['type']}: {p['args']}" for p in self._events("Runtime.consoleAPICalled")]
        said += [f"thrown: {p['exceptionDetails']}" for p in self._events("Runtime.exceptionThrown")]
        return said + [f"{p['entry']['level']}: {p['entry']['text']}" for p in self._events("Log.entryAdded")]

    def fetched(self):
        """The addresses of everything that the page requested."""
        return [p["request"]["url"] for p in self._events("Network.requestWillBeSent")]

    def screenshot(self, path, whole=True):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 16000), "scale": 1}
        params = {"captureBeyondViewport": True, "clip": clip} if whole else {}
        data = self.call("Page.captureScreenshot", format="png", **params)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)


def main():
    page, picture, *words = sys.argv[1:]
    width = next((int(word) for word in words if word.isdigit()), 1200)
    with Chromium() as browser:
        browser.open(page, width=width, dark="dark" in words, media="print" if "print" in words else "screen") \
            .screenshot(picture)


if __name__ == "__main__":
    main()
