/** A clock that runs over a past span: play, pause, faster, anywhere. */

import { Button, Segmented, Slider, Space } from "antd";
import { useEffect, useState } from "react";
import { clockText, dayText } from "../../parts/time";
import { t } from "../../texts";

const FRAME_MS = 100;
const STEP_MS = 1000;
const SPEEDS = [1, 10, 60, 300, 900];
/** A replay of the whole should last about this long. */
const WHOLE_MS = 90_000;

export interface Player {
  time: number;
  playing: boolean;
  speed: number;
  seek: (time: number) => void;
  play: (on: boolean) => void;
  hasten: (speed: number) => void;
}

/** The clock; it stands still at the end, and starts anew from there. */
export function usePlayer(from: number, until: number, first: number): Player {
  const [time, setTime] = useState(first);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(() => SPEEDS.find((each) => (until - from) / each <= WHOLE_MS) ?? SPEEDS.at(-1)!);
  useEffect(() => {
    if (!playing) return undefined;
    let before = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      const passed = (now - before) * speed;
      before = now;
      setTime((held) => Math.min(until, held + passed));
    }, FRAME_MS);
    return () => clearInterval(timer);
  }, [playing, speed, until]);
  useEffect(() => {
    if (time >= until) setPlaying(false);
  }, [time, until]);
  const play = (on: boolean) => {
    if (on && time >= until) setTime(first);
    setPlaying(on);
  };
  return { time, playing, speed, seek: setTime, play, hasten: setSpeed };
}

/** Its buttons and the line of time. */
export function Controls({ player, from, until }: { player: Player; from: number; until: number }) {
  return (
    <div className="replay-controls" data-testid="replay-controls">
      <Button type="primary" onClick={() => player.play(!player.playing)} data-testid="play">{player.playing ? `❚❚ ${t("replay.pause")}` : `▶ ${t("replay.play")}`}</Button>
      <span className="replay-time" data-testid="replay-time" data-at={Math.round(player.time)}>{dayText(player.time)}</span>
      <Slider style={{ flex: 1, minWidth: 120 }} min={from} max={until} step={STEP_MS} value={player.time} onChange={player.seek} tooltip={{ formatter: (value) => clockText(value ?? 0) }} />
      <Space size={4}>{t("replay.speed")}<Segmented size="small" value={player.speed} onChange={(value) => player.hasten(Number(value))} options={SPEEDS.map((value) => ({ value, label: `${value}×` }))} /></Space>
    </div>
  );
}
