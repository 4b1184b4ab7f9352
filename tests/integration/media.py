"""Tones and colours to send, and what came out at the other end."""

import asyncio
from abc import ABC, abstractmethod

import numpy as np
from livekit import rtc

SAMPLE_RATE_HZ = 48_000
FRAME_SAMPLES = 480
WIDTH, HEIGHT, FRAMES_PER_S = 320, 180, 15


class _Source(ABC):
    """Sends until it is stopped."""

    def __init__(self) -> None:
        self._task = asyncio.create_task(self._send())

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @abstractmethod
    async def _send(self) -> None: ...


class Microphone(_Source):
    """A sine tone."""

    def __init__(self, frequency_hz: float) -> None:
        self._frequency_hz = frequency_hz
        self._source = rtc.AudioSource(SAMPLE_RATE_HZ, 1)
        self.track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        super().__init__()

    async def _send(self) -> None:
        start = 0
        while True:
            times = (np.arange(FRAME_SAMPLES) + start) / SAMPLE_RATE_HZ
            tone = np.sin(2 * np.pi * self._frequency_hz * times) * 12_000
            data = tone.astype(np.int16).tobytes()
            frame = rtc.AudioFrame(data, SAMPLE_RATE_HZ, 1, FRAME_SAMPLES)
            # Returns when the source wants more: this paces the loop.
            await self._source.capture_frame(frame)
            start += FRAME_SAMPLES


class Camera(_Source):
    """One colour."""

    def __init__(self, red: int, green: int, blue: int, *, scale: int = 1) -> None:
        width, height = WIDTH * scale, HEIGHT * scale
        pixels = np.empty((height, width, 4), np.uint8)
        pixels[:] = (red, green, blue, 255)
        self._frame = rtc.VideoFrame(width, height, rtc.VideoBufferType.RGBA, pixels.tobytes())
        self._source = rtc.VideoSource(width, height)
        self.track = rtc.LocalVideoTrack.create_video_track("camera", self._source)
        super().__init__()

    async def _send(self) -> None:
        while True:
            self._source.capture_frame(self._frame)
            await asyncio.sleep(1 / FRAMES_PER_S)


async def heard_hz(track: rtc.Track, *, seconds: float = 1.0) -> float:
    """Listen until there is sound, then for a while. Returns the strongest frequency, in Hz."""
    samples: list[np.ndarray] = []
    stream = rtc.AudioStream(track, sample_rate=SAMPLE_RATE_HZ, num_channels=1)
    try:
        async with asyncio.timeout(15):
            async for event in stream:
                data = np.frombuffer(event.frame.data, np.int16).astype(np.float64)
                if samples or np.abs(data).max(initial=0) > 2_000:
                    samples.append(data)
                if sum(map(len, samples)) >= seconds * SAMPLE_RATE_HZ:
                    break
    finally:
        await stream.aclose()
    sound = np.concatenate(samples)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum) * SAMPLE_RATE_HZ / len(sound))


async def loudness(track: rtc.Track, *, seconds: float = 1.0) -> float:
    """Listen for a while. Returns the loudest sample of the second half, 0..32767."""
    loudest: list[float] = []
    stream = rtc.AudioStream(track, sample_rate=SAMPLE_RATE_HZ, num_channels=1)
    try:
        async with asyncio.timeout(seconds):
            async for event in stream:
                data = np.frombuffer(event.frame.data, np.int16).astype(np.float64)
                loudest.append(float(np.abs(data).max(initial=0)))
    except TimeoutError:
        pass
    finally:
        await stream.aclose()
    return max(loudest[len(loudest) // 2 :], default=0.0)


async def seen_colour(track: rtc.Track, *, frames: int = 5) -> tuple[int, int, int]:
    """Watch a few frames. Returns the mean colour of the last, red, green, blue."""
    stream = rtc.VideoStream(track, format=rtc.VideoBufferType.RGBA)
    try:
        async with asyncio.timeout(15):
            for _ in range(frames):
                frame = (await anext(stream)).frame
    finally:
        await stream.aclose()
    pixels = np.frombuffer(frame.data, np.uint8).reshape(frame.height, frame.width, 4)
    red, green, blue = pixels[:, :, :3].mean(axis=(0, 1))
    return round(red), round(green), round(blue)


async def widths_until(track: rtc.Track, wanted: int, *, within_s: float = 20) -> list[int]:
    """Watch until a frame of the wanted width comes. Returns every width on the way, in order."""
    widths: list[int] = []
    stream = rtc.VideoStream(track)
    try:
        async with asyncio.timeout(within_s):
            async for event in stream:
                if event.frame.width not in widths[-1:]:
                    widths.append(event.frame.width)
                if event.frame.width == wanted:
                    break
    except TimeoutError:
        pass
    finally:
        await stream.aclose()
    return widths


async def frames_within(track: rtc.Track, seconds: float) -> int:
    """Count the video frames that arrive in a time."""
    count = 0
    stream = rtc.VideoStream(track)
    try:
        async with asyncio.timeout(seconds):
            async for _ in stream:
                count += 1
    except TimeoutError:
        pass
    finally:
        await stream.aclose()
    return count
