import type { LocalMedia } from '../call/local-media.ts';

/** Which camera and which microphone. */
export function DeviceChoice({ media }: { media: LocalMedia }) {
  const { cameras, microphones, camera, microphone } = media.devices.value;
  return (
    <div class="devices">
      <Choice
        id="choose-camera"
        label="Camera"
        devices={cameras}
        chosen={camera}
        onChoose={(device) => void media.choose('camera', device)}
      />
      <Choice
        id="choose-microphone"
        label="Microphone"
        devices={microphones}
        chosen={microphone}
        onChoose={(device) => void media.choose('microphone', device)}
      />
    </div>
  );
}

interface ChoiceProps {
  id: string;
  label: string;
  devices: readonly MediaDeviceInfo[];
  chosen: string | undefined;
  onChoose: (device: string) => void;
}

function Choice({ id, label, devices, chosen, onChoose }: ChoiceProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        disabled={devices.length === 0}
        value={chosen ?? ''}
        onChange={({ currentTarget }) => onChoose(currentTarget.value)}
      >
        {devices.length === 0 && <option value="">None found</option>}
        {devices.map(({ deviceId, label: name }, index) => (
          <option key={deviceId} value={deviceId}>
            {name || `${label} ${index + 1}`}
          </option>
        ))}
      </select>
    </div>
  );
}
