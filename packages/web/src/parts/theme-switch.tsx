// Turns from the system's theme to light to dark and back.
import { Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { Button } from './button.tsx';
import { applyTheme, storedTheme, themes } from './theme.ts';

const icons = { system: Monitor, light: Sun, dark: Moon };
const words = { system: 'as the system has it', light: 'light', dark: 'dark' };

export function ThemeSwitch() {
  const [theme, setTheme] = useState(storedTheme);
  const Icon = icons[theme];
  const turn = () => {
    const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
    applyTheme(next);
    setTheme(next);
  };
  return (
    <Button kind="plain" onPress={turn} title={`Theme: ${words[theme]}`} label={`Theme: ${words[theme]}. Change it.`}>
      <Icon size={16} aria-hidden="true" />
    </Button>
  );
}
