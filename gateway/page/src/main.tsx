import { createRoot } from "react-dom/client";
import { Root } from "./App";
import "./page.css";

createRoot(document.getElementById("root")!).render(<Root />);
