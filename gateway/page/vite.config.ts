import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Everything the page needs is in dist/: it runs with the network down. `npm run dev` passes the API on to a platform on port 8080. */
export default defineConfig({
  plugins: [react()],
  worker: { format: "es" },
  build: { target: "es2022", chunkSizeWarningLimit: 2500 },
  server: { proxy: { "/api": "http://127.0.0.1:8080" } },
});
