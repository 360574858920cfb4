/** Says why something cannot be, as soon as it turns out. */
export function Trouble({ text }: { text: string }) {
  return (
    <div role="alert" class="trouble">
      {text && <p>{text}</p>}
    </div>
  );
}
